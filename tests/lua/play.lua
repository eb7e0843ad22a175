-- Plays a story: steps told one after the other to one thing, and what each of them answers.
-- In: {"world": NAME, "steps": [[STEP, ARGUMENT...]...]}. Out: the answers, as one JSON list.
-- Chance is told by the story: ["chance", 0.3, 0, 2] says what math.random gives next.
package.path = arg[1] .. "/?.lua;" .. package.path

local cjson = require "cjson"

local draws = {}
math.random = function(low) -- luacheck: ignore 122
  assert(#draws > 0, "the story does not say what chance brings")
  local drawn = table.remove(draws, 1)
  assert(low == nil or drawn >= low)
  return drawn
end

local function chance(...)
  for _, drawn in ipairs({ ... }) do draws[#draws + 1] = drawn end
end

-- Endpoints are told by their names: "abc" are three of them.
local function backend_of(names)
  local endpoints = {}
  for name in names:gmatch(".") do
    endpoints[#endpoints + 1] = { name, 80 }
  end
  return { e = endpoints }
end

local function set_of(names)
  if names == cjson.null then return nil end
  local found = {}
  for name in names:gmatch(".") do found[name .. ":80"] = true end
  return found
end

local worlds = {}

function worlds.health()
  return require("health").new()
end

function worlds.pick()
  local pick = require "pick"
  local health, scores = require("health").new(), pick.scores()
  return {
    failed = function(name, now) return health.failed(name .. ":80", now) end,
    observe = function(name, ...) return scores.observe(name .. ":80", ...) end,
    score = function(name, now) return scores.of(name .. ":80", now) end,
    most = function(most) pick.MOST = most end,
    count = scores.count,
    in_turn = function(names, turn, now, tried)
      return pick.in_turn(backend_of(names), turn, health, now, set_of(tried))[1]
    end,
    quicker = function(names, now, tried)
      return pick.quicker(backend_of(names), scores, health, now, set_of(tried))[1]
    end,
  }
end

function worlds.state()
  local state = require "state"
  local shared, decodes, limit = { data = {} }, 0, 2
  function shared:get(key) return self.data[key] end
  local worker = state.new(shared, cjson.decode, limit, function() decodes = decodes + 1 end)

  local function seen(found) return found and found.mark or cjson.null end
  return {
    -- What push.lua does: the data, then the log, then the version.
    commit = function(version, changes, whole)
      local keys = {}
      for _, change in ipairs(changes) do
        local key, value = change[1], change[2]
        shared.data[key] = value ~= cjson.null and value or nil
        keys[#keys + 1] = key
      end
      shared.data["l:" .. version] = whole and "*" or state.log_entry(keys)
      shared.data.v = version
    end,
    lose_log = function(version) shared.data["l:" .. version] = nil end,
    lose_all = function() shared.data = {} end,
    sync = function()
      worker.sync()
      return worker.seen
    end,
    backend = function(name) return seen(worker.backend(name)) end,
    site = function(name)
      local found = worker.site(name)
      return found and found.default or cjson.null
    end,
    find = function(host)
      local found = worker.find(host)
      return found and found.default or cjson.null
    end,
    route = function(host, path)
      local route = worker.route(host, path)
      return route or cjson.null
    end,
    extra = function(key) return seen(worker.extra(key, function(data) return data end)) end,
    decodes = function() return decodes end,
    log_length = function() return state.LOG_LENGTH end,
  }
end

function worlds.request_id()
  local request_id = require "request_id"
  local next_id
  return {
    last = function(count) request_id.LAST = count end,
    start = function(...)
      local starts = { ... }
      next_id = request_id.new(function() return table.remove(starts, 1) end)
    end,
    next = function() return next_id() end,
  }
end

function worlds.site()
  local site = require "site"
  local built
  return {
    build = function(data) built = site.build(data) end,
    match = function(path) return site.match(built, path) or cjson.null end,
  }
end

-- Bytes are told in hexadecimal digits.
local function bytes_of(hex)
  return (hex:gsub("%x%x", function(digits) return string.char(tonumber(digits, 16)) end))
end

local function hex_of(bytes)
  return (bytes:gsub(".", function(byte) return string.format("%02x", byte:byte()) end))
end

function worlds.websocket()
  local websocket = require "websocket"
  local stream = websocket.new()
  return {
    follow = function(piece)
      websocket.follow(stream, bytes_of(piece))
      return { websocket.is_between(stream), stream.is_closing }
    end,
    rest = function(piece) return websocket.rest_of_frame(stream, bytes_of(piece)) end,
    close = function(code, mask)
      return hex_of(websocket.close_frame(code, mask ~= cjson.null and bytes_of(mask) or nil))
    end,
  }
end

function worlds.http_answer()
  local http_answer = require "http_answer"
  return {
    parse = function(head)
      local status, fields = http_answer.parse(head)
      return status and { status, fields } or cjson.null
    end,
    extent = http_answer.extent,
    -- The whole body, and whether nothing of it was missing.
    body = function(extent, ...)
      local pieces = { ... }
      local parts = http_answer.body(extent, function() return table.remove(pieces, 1) end)
      local whole = {}
      while true do
        local part, reason = parts()
        if not part then return { table.concat(whole), reason == nil } end
        whole[#whole + 1] = part
      end
    end,
  }
end

local told = cjson.decode(io.read("*a"))
local world, answers = worlds[told.world](), {}
for number, step in ipairs(told.steps) do
  local name = table.remove(step, 1)
  local act = name == "chance" and chance or world[name]
  assert(act, "no such step: " .. name)
  local answer = act(unpack(step))
  answers[number] = answer == nil and cjson.null or answer
end
print(#answers > 0 and cjson.encode(answers) or "[]")
