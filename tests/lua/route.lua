-- Asks the router what phases/route.lua asks it, without nginx.
-- In: the frames in hex; then a line "SCHEME HOST PATH" for each request, host and path in hex.
-- Out: a line for each request, the backend's key or the status Portico answers itself.
package.path = arg[1] .. "/?.lua;" .. package.path

local cjson = require "cjson.safe"
local frames = require "frames"
local state = require "state"

local function unhex(text)
  if text == "-" then return "" end
  return (text:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

local shared = { data = {} }
function shared:get(key) return self.data[key] end

local version = frames.replay(unhex(io.read("*l")), function(verb, key, value)
  shared.data[key] = verb == "set" and value or nil
end)
shared.data.v = version

local router = state.new(shared, cjson.decode, 20000, function() end)
router.sync()

local function answer(scheme, host, path)
  local route, site = router.route(host, path)
  if not route then return "404" end
  if route[2] == 1 and site and scheme == "http" then return "308" end
  local backend = router.backend(route[1])
  if not backend or #backend.e == 0 then return "503" end
  return route[1]
end

for line in io.lines() do
  local scheme, host, path = line:match("^(%S+) (%S+) (%S+)$")
  print(answer(scheme, unhex(host), unhex(path)))
end
