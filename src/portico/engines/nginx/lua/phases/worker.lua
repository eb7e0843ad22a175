-- What the phases of one worker share.
local cjson = require "cjson.safe"
local health = require "health"
local pick = require "pick"
local state = require "state"

local stats = ngx.shared.portico_stats

-- Decoded hosts kept by one worker: some 40 MB at five routes a host.
local LIMIT = 20000

local M = {}

M.state = state.new(ngx.shared.portico_plan, cjson.decode, LIMIT, function()
  stats:incr("decodes", 1, 0)
end)
-- 24 random hexadecimal digits, of the kernel's.
function M.random_digits()
  local source = assert(io.open("/dev/urandom", "rb"))
  local bytes = source:read(12)
  source:close()
  return (bytes:gsub(".", function(byte) return string.format("%02x", byte:byte()) end))
end

M.health = health.new()
M.scores = pick.scores()

return M
