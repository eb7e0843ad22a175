-- One WebSocket: passes on what both sides say, byte for byte, and at the end of this nginx says
-- goodbye to both in its own words: a Close frame, between two frames, with 1001 (Going Away).
local ending = require "phases.ending"
local semaphore = require "ngx.semaphore"
local websocket = require "websocket"

local follow, is_between, rest_of_frame =
  websocket.follow, websocket.is_between, websocket.rest_of_frame
local now = ngx.now

-- Bytes that are passed on at once; as many as lua_socket_buffer_size of @upgrade.
local PIECE = 32768
-- Seconds without a word from either side, as proxy_read_timeout.
local SILENCE = 60

local M = {}

-- Nothing is put between where a side has said goodbye by itself: its own code is to arrive.
local function say_goodbye(way)
  if way.has_said or way.is_sending or not is_between(way.stream) then return end
  way.has_said = true
  if not way.stream.is_closing then way.to:send(way.goodbye) end
end

-- A piece that comes after goodbye was decided upon. False once there is nothing to wait for.
local function last_piece(way, piece)
  if not way.has_said then
    local rest = rest_of_frame(way.stream, piece)
    if not rest then
      follow(way.stream, piece)
      return way.to:send(piece)
    end
    if rest > 0 then
      local part = piece:sub(1, rest)
      follow(way.stream, part)
      if not way.to:send(part) then return false end
      piece = piece:sub(rest + 1)
    end
    say_goodbye(way)
    if piece == "" then return true end
  end
  -- Nobody may say anything after goodbye; only the other side's goodbye is waited for.
  follow(way.stream, piece)
  return not (way.stream.is_closing and is_between(way.stream))
end

local function pass(tunnel, way, piece)
  if tunnel.is_leaving then return last_piece(way, piece) end
  follow(way.stream, piece)
  way.is_sending = true
  local sent = way.to:send(piece)
  way.is_sending = false
  if tunnel.is_leaving then say_goodbye(way) end
  return sent
end

local function pump(tunnel, way)
  local from = way.from
  while true do
    local piece, reason = from:receiveany(PIECE)
    if piece then
      tunnel.heard = now()
      if not pass(tunnel, way, piece) then return end
    else
      if reason ~= "timeout" or now() - tunnel.heard >= SILENCE then return end
    end
  end
end

-- Where a side has said goodbye by itself, all is on its way that there is to say.
local function leave(tunnel)
  local down, up = tunnel.down, tunnel.up
  if down.stream.is_closing or up.stream.is_closing then return end
  tunnel.is_leaving = true
  say_goodbye(down)
  say_goodbye(up)
end

local function wait_for_the_end(tunnel)
  while not ending.has_come() do tunnel.news:wait(ending.patience(tunnel)) end
  leave(tunnel)
end

-- One side has gone, and what it said has been passed on: the other one is left. After goodbye,
-- both are waited for.
local function wait_for_both(tunnel, down, up)
  ngx.thread.wait(down, up)
  if not tunnel.is_leaving then return end
  for _, way in ipairs({ down, up }) do
    if coroutine.status(way) ~= "dead" then ngx.thread.wait(way) end
  end
end

local function random_mask()
  local random = math.random
  return string.char(random(0, 255), random(0, 255), random(0, 255), random(0, 255))
end

local function new(client, endpoint)
  local code = websocket.GOING_AWAY
  return {
    news = semaphore.new(),
    heard = now(),
    down = {
      from = endpoint,
      to = client,
      stream = websocket.new(),
      goodbye = websocket.close_frame(code),
    },
    up = {
      from = client,
      to = endpoint,
      stream = websocket.new(),
      goodbye = websocket.close_frame(code, random_mask()),
    },
  }
end

-- client, endpoint: connected sockets. first: what the endpoint has said already. Returns when
-- nothing more is to come from either; the endpoint's socket is closed then.
function M.run(client, endpoint, first)
  local tunnel, spawn = new(client, endpoint), ngx.thread.spawn
  for _, socket in ipairs({ client, endpoint }) do
    socket:settimeouts(SILENCE * 1000, SILENCE * 1000, SILENCE * 1000)
  end
  if first == "" or pass(tunnel, tunnel.down, first) then
    ending.add(tunnel)
    local watch = spawn(wait_for_the_end, tunnel)
    local down, up = spawn(pump, tunnel, tunnel.down), spawn(pump, tunnel, tunnel.up)
    wait_for_both(tunnel, down, up)
    ending.remove(tunnel)
    for _, thread in ipairs({ watch, down, up }) do
      if coroutine.status(thread) ~= "dead" then ngx.thread.kill(thread) end
    end
  end
  -- Not left to the end of the request: nginx waits for the client to leave before that.
  endpoint:close()
end

return M
