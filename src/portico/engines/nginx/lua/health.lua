-- Which endpoints to leave alone for a while, judged by failed connections. Pure: time comes in.
--
-- Two failures within WINDOW seconds eject an endpoint; each further ejection lasts twice as long.
-- It returns gradually: its share of requests grows from none to full over the time it was out.
local random = math.random

local M = { WINDOW = 10, FIRST = 5, LONGEST = 60, FAILURES = 2 }

function M.new()
  local self, known, count, swept = {}, {}, 0, 0

  -- Counted from the last trouble: the first failure of a window, or the return.
  local function is_over(record, now) return now - record.since > 2 * M.WINDOW + record.out end

  local function sweep(now)
    for peer, record in pairs(known) do
      if is_over(record, now) then known[peer], count = nil, count - 1 end
    end
    swept = now
  end

  -- Whether all endpoints are well. Those that were removed are never asked for again, so they are
  -- swept out now and then.
  function self.is_quiet(now)
    if count > 0 and now > swept + M.WINDOW then sweep(now) end
    return count == 0
  end

  function self.failed(peer, now)
    local record = known[peer]
    if not record then
      record = { failures = 0, since = now, out = 0, back = 0 }
      known[peer], count = record, count + 1
    end
    if now < record.back then return end -- already out; a probe of last resort failed
    if now - record.since > M.WINDOW then record.failures, record.since = 0, now end
    record.failures = record.failures + 1
    if record.failures < M.FAILURES then return end
    record.out = math.min(M.LONGEST, record.out > 0 and record.out * 2 or M.FIRST)
    record.back = now + record.out
    record.failures, record.since = 0, record.back
  end

  -- chance: a number in [0, 1), so that tests can say what luck brings.
  function self.allows(peer, now, chance)
    local record = known[peer]
    if not record then return true end
    if now < record.back then return false end
    if is_over(record, now) then
      known[peer], count = nil, count - 1
      return true
    end
    if record.out == 0 then return true end
    return (chance or random()) < (now - record.back) / record.out
  end

  -- How many endpoints are out right now.
  function self.ejected(now)
    local found = 0
    for _, record in pairs(known) do
      if now < record.back then found = found + 1 end
    end
    return found
  end

  return self
end

return M
