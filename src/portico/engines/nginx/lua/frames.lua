-- The form in which data enters: the push socket and the file on disk speak the same frames.
--
--   set <key bytes> <value bytes>\n<key><value>
--   del <key bytes> 0\n<key>
--   end <version> <whole>\n          one commit; whole is 1 if this is everything there is
--
-- Lengths come first, so no text of a user can be taken for a frame.
local M = {}

local function header(line)
  local verb, first, second = line:match("^(%l%l%l) (%d+) (%d+)$")
  if not verb then return nil, "not a frame: " .. line:sub(1, 40) end
  return verb, tonumber(first), tonumber(second)
end

-- One frame from a reader. read(n) gives n bytes, read() one line without its end; nil at the end.
-- Returns verb, key, value - or "end", version, whole - or nil and, unless all was read, a reason.
function M.next(read)
  local line = read()
  if not line or line == "" then return nil end
  local verb, first, second = header(line)
  if not verb then return nil, first end
  if verb == "end" then return verb, first, second == 1 end
  if verb ~= "set" and verb ~= "del" then return nil, "unknown frame: " .. verb end
  local size = first + second
  local body = size > 0 and read(size) or ""
  if not body or #body ~= size then return nil, "cut short" end
  return verb, body:sub(1, first), body:sub(first + 1)
end

-- A reader over a text that is in memory already.
function M.reader(text)
  local at = 1
  return function(size)
    if at > #text then return nil end
    local from = at
    if size then
      at = at + size
      return text:sub(from, at - 1)
    end
    local stop = text:find("\n", at, true)
    if not stop then return nil end
    at = stop + 1
    return text:sub(from, stop - 1)
  end
end

-- All whole commits of a text, in order, told to apply(verb, key, value). What follows the last
-- "end" was never committed (the writer was stopped) and is left out. Returns the last version.
function M.replay(text, apply)
  local read, version, pending = M.reader(text), 0, {}
  while true do
    local verb, key, value = M.next(read)
    if not verb then return version end
    if verb == "end" then
      for _, frame in ipairs(pending) do apply(frame[1], frame[2], frame[3]) end
      version, pending = key, {}
    else
      pending[#pending + 1] = { verb, key, value }
    end
  end
end

return M
