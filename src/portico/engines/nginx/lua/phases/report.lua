-- content_by_lua on the private socket: what nginx knows, for the engine to compare and to report.
local cjson = require "cjson.safe"
local worker = require "phases.worker"

local plan, stats = ngx.shared.portico_plan, ngx.shared.portico_stats

return function()
  ngx.header["Content-Type"] = "application/json"
  ngx.print(cjson.encode({
    version = plan:get("v") or 0,
    configuration = require("phases.boot").configuration,
    nginx = ngx.var.nginx_version,
    lua_module = ngx.config.ngx_lua_version,
    free_bytes = plan:free_space(),
    capacity_bytes = plan:capacity(),
    reloads = (stats:get("loads") or 1) - 1,
    decodes = stats:get("decodes") or 0,
    retries = stats:get("retries") or 0,
    worker = ngx.worker.pid(),
    ejected = worker.health.ejected(ngx.now()),
  }))
end
