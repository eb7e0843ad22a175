-- One host: from its data to a table that answers "which route has this path?".
local byte, sub, sort = string.byte, string.sub, table.sort

local SLASH = byte("/")

local NONE = {} -- shared by all hosts that have none; never written to

local M = {}

-- data = { x = {path = route}, p = {path = route}, d = route, t = certificate }, all optional.
-- t is the key of a certificate, "" for the default one, absent where the host has no TLS.
function M.build(data)
  local lengths, seen = {}, {}
  for path in pairs(data.p or NONE) do
    if not seen[#path] then
      seen[#path] = true
      lengths[#lengths + 1] = #path
    end
  end
  sort(lengths, function(a, b) return a > b end)
  return {
    exact = data.x or NONE,
    prefixes = data.p or NONE,
    lengths = lengths,
    default = data.d,
    certificate = data.t,
  }
end

-- Exact paths first, then prefixes from the longest: the order the plan has them in.
-- A prefix ends where a path element ends: /cart is a prefix of /cart/1, not of /cartoon.
function M.match(site, path)
  local route = site.exact[path]
  if route then return route end
  local prefixes, lengths, size = site.prefixes, site.lengths, #path
  for i = 1, #lengths do
    local length = lengths[i]
    if length <= size and (length == size or length == 1 or byte(path, length + 1) == SLASH) then
      route = prefixes[sub(path, 1, length)]
      if route then return route end
    end
  end
end

return M
