-- balancer_by_lua: one endpoint for one attempt. Called again for each further attempt.
local balancer = require "ngx.balancer"
local pick = require "pick"
local turns = require "phases.turns"
local worker = require "phases.worker"

local set_current_peer, set_more_tries = balancer.set_current_peer, balancer.set_more_tries
local get_last_failure = balancer.get_last_failure
local state, health, scores = worker.state, worker.health, worker.scores
local stats = ngx.shared.portico_stats
local min = math.min

local MOST_RETRIES = 2

-- $upstream_addr names every endpoint tried so far, the last of them failed just now. The attempt
-- that begins has no endpoint yet, for which nginx writes a lone colon.
local function tried_before(now)
  local tried, last = {}, nil
  for peer in ngx.var.upstream_addr:gmatch("[^, ]+:%d+") do
    tried[peer], last = true, peer
  end
  if last then health.failed(last, now) end
  stats:incr("retries", 1, 0)
  return tried
end

local function choose(backend, count)
  local now, tried = ngx.now(), nil
  if get_last_failure() then
    tried = tried_before(now)
  else
    -- Once, at the first attempt: again at each would mean without end.
    set_more_tries(min(MOST_RETRIES, count - 1))
  end
  if backend.a == "ewma" then return pick.quicker(backend, scores, health, now, tried) end
  local slot = backend.slot
  if not slot then
    slot = turns.slot(backend.name)
    backend.slot = slot
  end
  return pick.in_turn(backend, turns.next(slot), health, now, tried)
end

return function()
  local backend = state.backend(ngx.var.portico_backend)
  local count = backend and #backend.e or 0
  -- Gone since the request was routed. nginx makes 500 of it, whatever is asked for here.
  if count == 0 then return ngx.exit(ngx.ERROR) end
  local endpoint = count == 1 and backend.e[1] or choose(backend, count)
  local ok, reason = set_current_peer(endpoint[1], endpoint[2])
  if not ok then
    ngx.log(ngx.ERR, "endpoint refused: ", reason)
    return ngx.exit(ngx.ERROR)
  end
end
