-- set_by_lua: the value is the backend's key, which phases/balance.lua reads again. It runs without
-- a coroutine. What it cannot do itself (answer, redirect, go to another location) it leaves to
-- phases/answer.lua: then the value is empty.
local request_id = require "request_id"
local worker = require "phases.worker"

local state = worker.state
local sync, route_of, backend_of = state.sync, state.route, state.backend
local new_request_id

-- The location of each way to speak to a backend; plain HTTP in turn needs none.
local PROFILES = { http_ewma = "@http_ewma", https = "@https", grpc = "@grpc", grpcs = "@grpcs" }

local function leave(var, answer, target, label)
  var.portico_answer, var.portico_target, var.proxy_upstream_name = answer, target, label
  return ""
end

return function()
  -- Made here, not above: what is above runs in the master, and is the same in all workers.
  new_request_id = new_request_id or request_id.new(worker.random_digits)
  sync()
  local var = ngx.var
  var.portico_request_id = new_request_id()
  local route = route_of(var.host, var.uri)
  if not route then return leave(var, "404", "", "-") end
  -- route = { backend, redirects to https (1 or 0) }
  local name = route[1]
  local backend = backend_of(name)
  if route[2] == 1 and var.portico_scheme == "http" then return leave(var, "308", "", "-") end
  if not backend then return leave(var, "503", "", "-") end
  if #backend.e == 0 then return leave(var, "503", "", backend.label) end
  if backend.p then return leave(var, PROFILES[backend.p], name, backend.label) end
  -- Who goes on to be served here is to be told so: a longer way, for the last seconds.
  if state.is_leaving then return leave(var, "@http", name, backend.label) end
  var.proxy_upstream_name = backend.label
  return name
end
