-- balancer_by_lua: one endpoint for one attempt. Called again for each further attempt.
local balancer = require "ngx.balancer"
local choose = require "phases.choose"
local worker = require "phases.worker"

local set_current_peer, set_more_tries = balancer.set_current_peer, balancer.set_more_tries
local get_last_failure = balancer.get_last_failure
local state = worker.state
local min = math.min

-- $upstream_addr names every endpoint tried so far, the last of them failed just now. The attempt
-- that begins has no endpoint yet, for which nginx writes a lone colon.
local function tried_before(now)
  local tried, last = {}, nil
  for peer in ngx.var.upstream_addr:gmatch("[^, ]+:%d+") do
    tried[peer], last = true, peer
  end
  choose.failed(last, now)
  return tried
end

local function chosen(backend, count)
  local now, tried = ngx.now(), nil
  if get_last_failure() then
    tried = tried_before(now)
  else
    -- Once, at the first attempt: again at each would mean without end.
    set_more_tries(min(choose.MOST_RETRIES, count - 1))
  end
  return choose.endpoint(backend, now, tried)
end

return function()
  local backend = state.backend(ngx.var.portico_backend)
  local count = backend and #backend.e or 0
  -- Gone since the request was routed. nginx makes 500 of it, whatever is asked for here.
  if count == 0 then return ngx.exit(ngx.ERROR) end
  local endpoint = count == 1 and backend.e[1] or chosen(backend, count)
  local ok, reason = set_current_peer(endpoint[1], endpoint[2])
  if not ok then
    ngx.log(ngx.ERR, "endpoint refused: ", reason)
    return ngx.exit(ngx.ERROR)
  end
end
