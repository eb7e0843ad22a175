-- One endpoint for one attempt, and what becomes of those that failed.
local pick = require "pick"
local turns = require "phases.turns"
local worker = require "phases.worker"

local health, scores = worker.health, worker.scores
local stats = ngx.shared.portico_stats

local M = { MOST_RETRIES = 2 }

-- tried: the names of endpoints that failed for this request; nil if none has. A backend with one
-- endpoint has no choice, and need not ask.
function M.endpoint(backend, now, tried)
  if backend.a == "ewma" then return pick.quicker(backend, scores, health, now, tried) end
  local slot = backend.slot
  if not slot then
    slot = turns.slot(backend.name)
    backend.slot = slot
  end
  return pick.in_turn(backend, turns.next(slot), health, now, tried)
end

-- The last endpoint of that name failed, and another one is to be tried.
function M.failed(name, now)
  if name then health.failed(name, now) end
  stats:incr("retries", 1, 0)
end

return M
