-- What a worker knows: the shared data, decoded on first use, one host or backend at a time.
--
-- Every request compares one number with the version this worker has seen. When it differs, the
-- change log says which keys to forget; only a worker that is too far behind forgets everything.
local site = require "site"

local find, sub, format = string.find, string.sub, string.format

local M = {}

M.LOG_LENGTH = 4096

-- One entry of the change log: the changed keys, each with its length in front of it.
function M.log_entry(keys)
  local parts = {}
  for i = 1, #keys do parts[i] = format("%d:%s", #keys[i], keys[i]) end
  return table.concat(parts)
end

local function each_key(entry)
  local at = 1
  return function()
    local _, stop, size = find(entry, "^(%d+):", at)
    if not stop then return nil end
    at = stop + 1 + tonumber(size)
    return sub(entry, stop + 1, at - 1)
  end
end

-- Set while this nginx is to be left: its end is near, and clients are to look for another one.
M.LEAVING = "s:leaving"

-- shared: get(key) of the shared data. decode: text -> table. limit: how many decoded hosts, and
-- how many decoded backends, a worker keeps. on_decode: called once for each decoding.
function M.new(shared, decode, limit, on_decode)
  local self = { seen = 0, is_leaving = false }
  local sites, site_count, backends, backend_count = {}, 0, {}, 0
  local extras = {}

  local function forget_all()
    sites, site_count, backends, backend_count = {}, 0, {}, 0
    extras = {}
  end

  local function forget(key)
    local kind, name = sub(key, 1, 2), sub(key, 3)
    if kind == "h:" then
      if sites[name] then sites[name], site_count = nil, site_count - 1 end
    elseif kind == "b:" then
      if backends[name] then backends[name], backend_count = nil, backend_count - 1 end
    else
      extras[key] = nil
    end
  end

  function self.sync()
    local version = shared:get("v")
    if version == self.seen then return end
    version = version or 0
    local behind = version - self.seen
    if self.seen == 0 or behind < 0 or behind > M.LOG_LENGTH then
      forget_all()
    else
      for number = self.seen + 1, version do
        local entry = shared:get("l:" .. number)
        if not entry or entry == "*" then
          forget_all()
          break
        end
        for key in each_key(entry) do forget(key) end
      end
    end
    self.seen = version
    self.is_leaving = shared:get(M.LEAVING) ~= nil
  end

  local function load(key)
    local text = shared:get(key)
    if not text then return nil end
    on_decode()
    return decode(text)
  end

  -- Unknown names are not remembered: whoever invents host names must not fill our memory.
  function self.site(name)
    local found = sites[name]
    if found then return found end
    local data = load("h:" .. name)
    if not data then return nil end
    if site_count >= limit then sites, site_count = {}, 0 end
    found = site.build(data)
    sites[name], site_count = found, site_count + 1
    return found
  end

  function self.backend(name)
    local found = backends[name]
    if found then return found end
    found = load("b:" .. name)
    if not found then return nil end
    if backend_count >= limit then backends, backend_count = {}, 0 end
    -- namespace-service-port, the form in which logs have always named an upstream.
    found.name = name
    found.label = name:gsub("/", "-")
    backends[name], backend_count = found, backend_count + 1
    return found
  end

  -- Anything else that is dear to build, e.g. a parsed certificate. Forgotten when its key changes.
  function self.extra(key, build)
    local found = extras[key]
    if found == nil then
      local data = load(key)
      found = data and build(data)
      extras[key] = found
    end
    return found
  end

  -- The site of a host: its own, else the wildcard one label up, else the catch-all.
  function self.find(host)
    local found = self.site(host)
    if found then return found end
    local dot = find(host, ".", 2, true)
    -- A wildcard stands for one label of the letters a label has.
    if dot and not find(sub(host, 1, dot - 1), "[^%w_-]") then
      found = self.site("*" .. sub(host, dot))
      if found then return found end
    end
    return self.site("")
  end

  -- The route of a request, and its site: by path, else the host's default, else everybody's.
  function self.route(host, path)
    local found = self.find(host)
    if not found then return nil end
    local route = site.match(found, path) or found.default
    if not route then
      local everybody = self.site("")
      route = everybody and everybody.default
    end
    return route, found
  end

  return self
end

return M
