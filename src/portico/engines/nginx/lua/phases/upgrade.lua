-- content_by_lua of @upgrade: a request that would speak something else than HTTP. WebSockets are
-- passed on here, because nginx alone knows nothing of what it passes on, and could not say goodbye
-- to them. Whatever else it is goes to nginx's own proxy.
local handshake = require "phases.handshake"
local http_answer = require "http_answer"
local tunnel = require "phases.tunnel"
local worker = require "phases.worker"

local state = worker.state

-- Fields of an answer that nginx writes itself, or does not pass on.
local HIDDEN = { ["server"] = true, ["date"] = true, ["x-pad"] = true }

-- Fields that nginx has one of; what they list may as well stand in one line.
local JOINED = { ["www-authenticate"] = true, ["content-encoding"] = true }

local function is_websocket(var)
  local kind = var.http_upgrade
  return kind and kind:lower() == "websocket" and var.server_protocol == "HTTP/1.1"
    and var.request_method == "GET" and not var.http_transfer_encoding
    and (var.http_content_length or "0") == "0"
end

local function is_passed_on(name, status)
  if name == "upgrade" then return status == 101 end
  return not handshake.OWN[name] and not HIDDEN[name] and name:sub(1, 8) ~= "x-accel-"
end

local function send_head(status, fields, extent)
  ngx.status = status
  local header, seen = ngx.header, {}
  header["Content-Type"] = nil -- there is none where the endpoint gives none
  for _, field in ipairs(fields) do
    local name = field[1]:lower()
    if is_passed_on(name, status) then
      local values = seen[name] or {}
      seen[name], values[#values + 1] = values, field[2]
      local one = JOINED[name] and table.concat(values, ", ") or values[1]
      header[field[1]] = #values > 1 and not JOINED[name] and values or one
    end
  end
  if type(extent) == "number" and status >= 200 and status ~= 204 and status ~= 304 then
    header["Content-Length"] = extent
  end
  ngx.send_headers()
  ngx.flush(true)
end

-- An answer that is none of a WebSocket, e.g. 401. Whether all of it was passed on, and how much.
local function pass_answer(socket, answer)
  local status, fields, rest, length = answer[1], answer[2], answer[3], 0
  local extent = http_answer.extent(status, fields)
  send_head(status, fields, extent)
  local parts = http_answer.body(extent, function()
    if rest == "" then return socket:receiveany(handshake.PIECE) end
    local piece = rest
    rest = ""
    return piece
  end)
  while true do
    local part, reason = parts()
    if not part then
      return reason == nil or extent == "closed" and reason == "closed", length
    end
    length = length + #part
    if not ngx.print(part) or not ngx.flush(true) then return false, length end
  end
end

-- Whether all is well with the client's connection, and the length of the answer's body.
local function pass_on(socket, answer)
  if answer[1] ~= 101 then return pass_answer(socket, answer) end
  send_head(101, answer[2])
  local client, reason = ngx.req.socket(true)
  if not client then
    ngx.log(ngx.ERR, "WebSocket: ", reason)
    return false, 0
  end
  tunnel.run(client, socket, answer[3])
  return true, 0
end

return function()
  local var = ngx.var
  if not is_websocket(var) then
    return ngx.exec(var.portico_answer ~= "" and var.portico_answer or "@http")
  end
  local backend = state.backend(var.portico_backend)
  -- Gone since the request was routed.
  if not backend or #backend.e == 0 then return ngx.exit(ngx.HTTP_SERVICE_UNAVAILABLE) end
  local socket, answer, asked = handshake.ask_any(backend)
  if not socket then return ngx.exit(answer) end
  local is_well, length = pass_on(socket, answer)
  handshake.note(asked, answer[1], length)
  -- Cut short, it has to be seen: only a connection that breaks tells the client.
  return ngx.exit(is_well and ngx.OK or ngx.ERROR)
end
