-- init_by_lua: runs in the master, before any worker exists. Everything is required here, so that
-- workers need no permission to read these files; and the last good state is put back, so that
-- nginx serves before Portico has compiled anything, or if it is not there at all.
local answer = require "phases.answer"
local ending = require "phases.ending"
local frames = require "frames"
local state = require "state"
local worker = require "phases.worker"

-- One global table with the hooks: calling require() at every request would keep LuaJIT from
-- compiling the calls.
portico = { -- luacheck: globals portico
  route = require "phases.route",
  balance = require "phases.balance",
  answer = answer.decide,
  last_answer = answer.give,
  upgrade = require "phases.upgrade",
  observe = require "phases.observe",
  certificate = require "phases.certificate",
  push = require "phases.push",
  report = require "phases.report",
  announce = ending.announce,
}

local ffi = require "ffi"

ffi.cdef [[
  int prctl(int option, unsigned long number, ...);
  int getppid(void);
  int raise(int signal);
]]

local PR_SET_PDEATHSIG, SIGQUIT = 1, 3 -- linux/prctl.h, signal(7)

local M = {}

local function restore(path)
  local file = io.open(path, "rb")
  if not file then return 0 end
  local text = file:read("*a")
  file:close()
  local plan = ngx.shared.portico_plan
  return frames.replay(text, function(verb, key, value)
    -- Whoever starts is not about to stop.
    if verb == "set" and key ~= state.LEAVING then plan:set(key, value) else plan:delete(key) end
  end)
end

-- options.configuration names this configuration; report.lua tells it, so that whoever reloads can
-- see when the new workers are the ones that answer. options.snapshot is the file to restore from,
-- options.redirect_port what redirects to https put behind the host, e.g. "" or ":8443".
function M.start(options)
  M.configuration, M.redirect_port = options.configuration, options.redirect_port
  local plan = ngx.shared.portico_plan
  ngx.shared.portico_stats:incr("loads", 1, 0)
  -- The shared data outlives a reload, and is newer than the file; only a new master starts empty.
  if not plan:get("v") then
    local version = restore(options.snapshot)
    plan:set("v", version)
  end
end

-- init_worker_by_lua. Without its master a worker would serve old data for ever and hold the ports,
-- so that no new nginx could start: it finishes the requests it has, and goes.
function M.start_worker()
  -- Workers are copies of the master: without seeds of their own all would draw the same numbers.
  math.randomseed(tonumber(worker.random_digits():sub(1, 8), 16))
  -- What is decoded is kept, so there is little garbage: collect it early and stay small.
  collectgarbage("setpause", 120)
  ending.start_worker()
  ffi.C.prctl(PR_SET_PDEATHSIG, SIGQUIT)
  if ffi.C.getppid() == 1 then ffi.C.raise(SIGQUIT) end -- the master was faster
end

return M
