-- log_by_lua of the locations whose backends are balanced by latency.
local worker = require "phases.worker"

local state, scores = worker.state, worker.scores

return function()
  local var = ngx.var
  local backend = state.backend(var.portico_backend)
  if not backend or backend.a ~= "ewma" then return end
  -- Several attempts are joined by ", "; the last one answered.
  local peer = (var.upstream_addr or ""):match("([^, ]+)$")
  local seconds = tonumber((var.upstream_header_time or ""):match("([%d.]+)$"))
  if peer and seconds then scores.observe(peer, seconds, ngx.now()) end
end
