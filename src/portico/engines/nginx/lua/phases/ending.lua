-- The end of this nginx, as Portico tells it. A worker that is to go cannot know by itself: a
-- reload ends workers, too, and then WebSockets are to go on for as long as they like.
local stats = ngx.shared.portico_stats

local KEY = "ends"
local DAY, HOUR = 86400, 3600
-- Seconds between two looks of a worker that a reload has left behind: nothing wakes it any more.
local LOOK = 1
local MOMENT = 0.001

local M = {}

-- Tunnels of this worker, as keys; and the one that looks for all, where nothing wakes them.
local tunnels, looker = {}, nil

function M.add(tunnel) tunnels[tunnel] = true end

function M.remove(tunnel)
  tunnels[tunnel] = nil
  if looker ~= tunnel then return end
  looker = nil
  local heir = next(tunnels)
  if heir then heir.news:post(1) end
end

local function wake_all()
  for tunnel in pairs(tunnels) do tunnel.news:post(1) end
end

-- When WebSockets are to be told goodbye, as ngx.now() counts; nil while nobody has said so.
local function moment() return ngx.worker.exiting() and stats:get(KEY) or nil end

-- Whether it is time to say goodbye.
function M.has_come()
  local when = moment()
  return when ~= nil and ngx.now() >= when
end

-- Seconds until it is worth for a tunnel to look again, unless it is woken by post(). Never less
-- than a moment of nginx's clock, which stands still for whoever does not wait.
function M.patience(tunnel)
  if not ngx.worker.exiting() then return HOUR end
  local when = moment()
  if when then
    if looker then wake_all() end
    looker = nil
    return math.max(0, when - ngx.now()) + MOMENT
  end
  looker = looker or tunnel
  return looker == tunnel and LOOK or HOUR
end

-- init_worker_by_lua: a timer that never comes, but is called off when the worker is to go. That is
-- between two rounds of the worker's loop; whoever is woken then sleeps on until some event begins
-- the next one, which may be long. So it is left to a timer that does.
function M.start_worker()
  assert(ngx.timer.every(DAY, function(is_called_off)
    if is_called_off then assert(ngx.timer.at(0, wake_all)) end
  end))
end

-- content_by_lua on the private socket: goodbye is to be said in ?in= seconds.
function M.announce()
  local seconds = tonumber(ngx.var.arg_in)
  if not seconds then return ngx.exit(ngx.HTTP_BAD_REQUEST) end
  stats:set(KEY, ngx.now() + seconds)
  ngx.say("ok")
end

return M
