-- content_by_lua on the private socket: takes frames and makes them true, one commit at a time.
local frames = require "frames"
local state = require "state"

local plan = ngx.shared.portico_plan

-- Frames between two pauses: other requests of this worker must not wait for a long push.
local PAUSE = 200
-- Seconds. Not 0: with that, this version comes back without having looked at any other connection.
local BREATH = 0.001
local EVERYTHING = 0

local function answer(status, text)
  ngx.status = status
  ngx.print(text)
  return ngx.exit(ngx.HTTP_OK)
end

local function is_ours(key)
  local kind = key:sub(1, 2)
  return kind == "h:" or kind == "b:" or kind == "c:" or key == state.LEAVING
end

-- After everything was said, what was not said is gone.
local function drop_others(said)
  for _, key in ipairs(plan:get_keys(EVERYTHING)) do
    if is_ours(key) and not said[key] then plan:delete(key) end
  end
end

-- The version comes last: workers look at nothing new before it has changed.
local function commit(version, keys, whole)
  -- Never set(): where memory is full, it would make room by dropping a host. A worker that finds
  -- no entry forgets everything, so the log may lack one.
  local entry = "l:" .. version
  if not plan:safe_set(entry, whole and "*" or state.log_entry(keys)) then plan:delete(entry) end
  if version > state.LOG_LENGTH then plan:delete("l:" .. (version - state.LOG_LENGTH)) end
  plan:set("v", version)
end

local function apply(verb, key, value)
  if verb == "del" then return plan:delete(key) end
  local before = plan:get(key)
  local ok, reason = plan:safe_set(key, value)
  -- A value of another size is removed before room is looked for: where there is none, put it back.
  if not ok and before then plan:safe_set(key, before) end
  return ok, reason
end

return function()
  local socket = ngx.req.socket()
  if not socket then return answer(400, "no frames\n") end
  local function read(size) return (socket:receive(size or "*l")) end
  local keys, said = {}, {}
  while true do
    local verb, key, value = frames.next(read)
    if not verb then return answer(400, (key or "ended without a commit") .. "\n") end
    if verb == "end" then
      local expected = (plan:get("v") or 0) + 1
      if not value and key ~= expected then
        return answer(409, "expected version " .. expected .. "\n")
      end
      if value then drop_others(said) end
      commit(key, keys, value)
      return answer(200, key .. "\n")
    end
    if not is_ours(key) then return answer(400, "not a key of ours\n") end
    local ok, reason = apply(verb, key, value)
    if not ok and verb == "set" then return answer(507, tostring(reason) .. "\n") end
    keys[#keys + 1] = key
    said[key] = verb == "set"
    if #keys % PAUSE == 0 then ngx.sleep(BREATH) end
  end
end
