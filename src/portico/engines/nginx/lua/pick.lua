-- Which endpoint gets the request. Pure: the turn, the time and chance come in.
local random = math.random

-- DECAY in seconds; MOST: endpoints remembered before those long unseen are forgotten.
local M = { DECAY = 10, MOST = 4096 }

-- The name of an endpoint, as $upstream_addr has it.
local function name_of(endpoint) return endpoint[1] .. ":" .. endpoint[2] end

-- backend.e = { {address, port}, ... }. Starts at the turn and takes the first endpoint that
-- is healthy and was not tried for this request; then one not tried; then simply the turn's own,
-- because a suspect endpoint is better than none.
function M.in_turn(backend, turn, health, now, tried)
  local endpoints = backend.e
  local count = #endpoints
  if health.is_quiet(now) and not tried then return endpoints[turn % count + 1] end
  local untried
  for step = 0, count - 1 do
    local endpoint = endpoints[(turn + step) % count + 1]
    local name = name_of(endpoint)
    if not (tried and tried[name]) then
      if health.allows(name, now) then return endpoint end
      untried = untried or endpoint
    end
  end
  return untried or endpoints[turn % count + 1]
end

-- Peak EWMA: remembers the worst recent latency of each endpoint and lets it fade.
function M.scores()
  local self, known, count = {}, {}, 0

  local function sweep(now)
    for peer, record in pairs(known) do
      if now - record.at > 6 * M.DECAY then known[peer], count = nil, count - 1 end
    end
  end

  -- seconds: how long the endpoint took to connect and to begin its answer.
  function self.observe(peer, seconds, now)
    local record = known[peer]
    if not record then
      if count >= M.MOST then sweep(now) end
      known[peer], count = { value = seconds, at = now }, count + 1
      return
    end
    local weight = math.exp(-math.max(0, now - record.at) / M.DECAY)
    local faded = record.value * weight + seconds * (1 - weight)
    record.value, record.at = math.max(seconds, faded), now
  end

  -- How many endpoints are remembered.
  function self.count() return count end

  -- nil for an endpoint that was never observed: it is preferred, so that it soon is.
  function self.of(peer, now)
    local record = known[peer]
    return record and record.value * math.exp(-math.max(0, now - record.at) / M.DECAY)
  end

  return self
end

-- The better of two drawn at random; draws again in turn where one is suspect or was tried.
function M.quicker(backend, scores, health, now, tried)
  local count = #backend.e
  local first = M.in_turn(backend, random(0, count - 1), health, now, tried)
  if count == 1 then return first end
  local second = M.in_turn(backend, random(0, count - 1), health, now, tried)
  if second == first then
    local avoid = { [name_of(first)] = true }
    for peer in pairs(tried or {}) do avoid[peer] = true end
    second = M.in_turn(backend, random(0, count - 1), health, now, avoid)
    if tried and tried[name_of(second)] then return first end
  end
  local a, b = scores.of(name_of(first), now), scores.of(name_of(second), now)
  if not a then return first end
  if not b then return second end
  return b < a and second or first
end

return M
