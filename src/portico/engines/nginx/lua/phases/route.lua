-- set_by_lua: the value is the backend's key, which phases/balance.lua reads again. It runs without a coroutine, which makes it the
-- cheapest hook there is; what it cannot do itself (answer, redirect, go to another location) it
-- leaves in $portico_answer for phases/answer.lua.
local worker = require "phases.worker"

local state = worker.state
local sync, route_of, backend_of = state.sync, state.route, state.backend

-- The location of each way to speak to a backend; plain HTTP in turn needs none.
local PROFILES = { http_ewma = "@http_ewma", https = "@https", grpc = "@grpc", grpcs = "@grpcs" }

return function()
  sync()
  local var = ngx.var
  local route, site = route_of(var.host, var.uri)
  if not route then
    var.portico_answer = "404"
    return ""
  end
  -- route = { backend, redirects to https (1 or 0) }
  if route[2] == 1 and site and var.portico_scheme == "http" then
    var.portico_answer = "308"
    return route[1]
  end
  local name = route[1]
  local backend = backend_of(name)
  if not backend or #backend.e == 0 then
    var.portico_answer = "503"
    return name
  end
  var.proxy_upstream_name = backend.label
  if backend.p then var.portico_answer = PROFILES[backend.p] end
  return name
end
