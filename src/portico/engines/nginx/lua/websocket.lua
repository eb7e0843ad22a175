-- Where the frames of a WebSocket end, in a stream that is passed on as it is (RFC 6455, 5.2).
-- Only headers are looked at: payloads of any length, compressed or not, are counted and no more.
local byte, char, sub = string.byte, string.char, string.sub
local bxor = require("bit").bxor

local CLOSE = 8 -- the opcode

local M = { GOING_AWAY = 1001 }

-- One direction. left: bytes of the current frame that are still to come; head: the beginning of a
-- header that came in pieces; is_closing: a Close frame has passed, or begun to.
function M.new() return { left = 0, head = "", is_closing = false } end

-- The bytes of the frame whose header begins at a place, mask and payload included, and its first
-- byte; nil if its length is not all there yet.
local function frame_at(piece, at)
  local first, second = byte(piece, at, at + 1)
  if not second then return nil end
  local size, rest = second, 2
  if second >= 128 then size, rest = second - 128, 6 end
  if size < 126 then return rest + size, first end
  local digits = size == 126 and 2 or 8
  if #piece < at + 1 + digits then return nil end
  size = 0
  for place = at + 2, at + 1 + digits do size = size * 256 + byte(piece, place) end
  return rest + digits + size, first
end

-- Whether the stream is between two frames.
function M.is_between(stream) return stream.left == 0 and stream.head == "" end

-- The next piece of the stream, of at least one byte, goes by.
function M.follow(stream, piece)
  local size, at = #piece, stream.left + 1
  if size < at then
    stream.left = stream.left - size
    return
  end
  if stream.head ~= "" then
    piece, stream.head = stream.head .. piece, ""
    size = #piece
  end
  while at <= size do
    local length, first = frame_at(piece, at)
    if not length then
      stream.left, stream.head = 0, sub(piece, at)
      return
    end
    if first % 16 == CLOSE then stream.is_closing = true end
    at = at + length
  end
  stream.left = at - size - 1
end

-- How many bytes of the piece belong to the frame that is under way: behind them something may be
-- put between. nil if that frame does not end in this piece.
function M.rest_of_frame(stream, piece)
  local rest = stream.left
  if stream.head ~= "" then
    local length = frame_at(stream.head .. piece, 1)
    if not length then return nil end
    rest = length - #stream.head
  end
  return rest <= #piece and rest or nil
end

-- A Close frame. Who speaks as a client gives a mask, four bytes.
function M.close_frame(code, mask)
  local high, low = math.floor(code / 256), code % 256
  if not mask then return char(0x80 + CLOSE, 2, high, low) end
  local first, second = byte(mask, 1, 2)
  return char(0x80 + CLOSE, 0x82) .. mask .. char(bxor(high, first), bxor(low, second))
end

return M
