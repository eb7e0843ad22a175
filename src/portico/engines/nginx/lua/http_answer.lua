-- An answer of HTTP/1.1 (RFC 9112), read by whoever has a connection and not much else.
local find, lower, match, sub = string.find, string.lower, string.match, string.sub

-- Bytes of a chunk's size, in hexadecimal digits and extensions.
local LONGEST_LINE = 4096

local M = {}

-- A head, without the empty line at its end: the status, and its fields as { name, value } in
-- order. nil if it is none.
function M.parse(head)
  local status, at = match(head, "^HTTP/1%.%d (%d%d%d)[^\r\n]*()")
  if not status then return nil end
  local fields = {}
  for line in sub(head, at):gmatch("[^\r\n]+") do
    local name, value = match(line, "^([^%s:]+):[ \t]*(.-)[ \t]*$")
    if name then fields[#fields + 1] = { name, value } end
  end
  return tonumber(status), fields
end

-- How long the body is: a number of bytes, "chunked", or "closed" if it ends with its connection.
-- nil if it cannot be known.
function M.extent(status, fields)
  if status < 200 or status == 204 or status == 304 then return 0 end
  local extent = "closed"
  for _, field in ipairs(fields) do
    local name = lower(field[1])
    if name == "transfer-encoding" then
      return lower(field[2]) == "chunked" and "chunked" or nil
    elseif name == "content-length" then
      extent = tonumber(match(field[2], "^%d+$"))
      if not extent then return nil end
    end
  end
  return extent
end

-- Gives the parts of a body of so many bytes. more() gives the next bytes of the connection, nil at
-- its end. A part, then nil; nil and a reason if the body was cut short.
local function by_length(left, more)
  return function()
    if left == 0 then return nil end
    local piece = more()
    if not piece then return nil, "cut short" end
    piece = sub(piece, 1, left)
    left = left - #piece
    return piece
  end
end

local function by_chunks(more)
  local rest, left, is_over = "", 0, false

  local function need()
    local piece = more()
    if not piece then return nil end
    rest = rest .. piece
    return true
  end

  local function line()
    while true do
      local stop, after = find(rest, "\r?\n")
      if stop then
        local text = sub(rest, 1, stop - 1)
        rest = sub(rest, after + 1)
        return text
      end
      if #rest > LONGEST_LINE or not need() then return nil end
    end
  end

  -- The size of the next chunk; the first one has no line end in front of it.
  local is_first = true
  local function size()
    if not is_first and line() ~= "" then return nil end
    is_first = false
    local digits = match(line() or "", "^%x+")
    return digits and #digits <= 12 and tonumber(digits, 16) or nil
  end

  return function()
    if is_over then return nil end
    if left == 0 then
      left = size()
      if not left then return nil, "no chunk" end
      if left == 0 then
        is_over = true
        return nil
      end
    end
    if rest == "" and not need() then return nil, "cut short" end
    local piece = sub(rest, 1, left)
    rest, left = sub(rest, #piece + 1), left - #piece
    return piece
  end
end

-- The parts of a body of an extent, one a call.
function M.body(extent, more)
  if extent == "chunked" then return by_chunks(more) end
  if extent == "closed" then return more end
  return by_length(extent, more)
end

return M
