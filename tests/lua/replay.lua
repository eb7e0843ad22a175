-- Replays texts of frames. In: a text a line, in hex. Out: a JSON list a line, the version and then
-- what was applied: verb, key and value, the last two in hex.
package.path = arg[1] .. "/?.lua;" .. package.path

local cjson = require "cjson"
local frames = require "frames"

local function unhex(text)
  return (text:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

local function hex(text)
  return (text:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

for line in io.lines() do
  local applied = {}
  local version = frames.replay(unhex(line:sub(2)), function(verb, key, value)
    applied[#applied + 1] = { verb, hex(key), hex(value) }
  end)
  print(cjson.encode({ version, unpack(applied) }))
end
