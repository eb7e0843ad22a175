-- rewrite_by_lua of @answer: all that the fast path leaves aside.
local worker = require "phases.worker"

local TEXTS = {
  ["404"] = "404 Not Found\n",
  ["503"] = "503 Service Temporarily Unavailable\n",
}

-- What may become something else than HTTP: phases/upgrade.lua sees to it.
local HTTP = { ["@http"] = true, ["@http_ewma"] = true, ["@https"] = true }

local function refuse(status, text)
  ngx.status = status
  ngx.header["Content-Type"] = "text/plain; charset=utf-8"
  ngx.header["Content-Length"] = #text
  if ngx.req.get_method() ~= "HEAD" then ngx.print(text) else ngx.send_headers() end
  return ngx.exit(ngx.HTTP_OK)
end

-- As the retired controller did: the host without its port, one trailing slash cut.
local function to_https()
  local var = ngx.var
  local target = var.request_uri
  if target:sub(-1) == "/" then target = target:sub(1, -2) end
  local port = require("phases.boot").redirect_port
  return ngx.redirect("https://" .. var.portico_public_host .. port .. target, 308)
end

local M = {}

-- The answer that was decided upon.
function M.give()
  local answer = ngx.var.portico_answer
  if answer:byte(1) == 64 then -- "@": a location
    return ngx.exec(HTTP[answer] and ngx.var.http_upgrade and "@upgrade" or answer)
  end
  if answer == "308" then return to_https() end
  return refuse(tonumber(answer), TEXTS[answer])
end

-- The same; while this nginx is to be left, the connection ends with it.
function M.decide()
  if worker.state.is_leaving then return ngx.exec("@last") end
  return M.give()
end

return M
