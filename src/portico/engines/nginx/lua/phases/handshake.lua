-- How a WebSocket begins: a request to one endpoint after the other, until one answers.
local choose = require "phases.choose"
local http_answer = require "http_answer"
local worker = require "phases.worker"

local scores = worker.scores

-- Milliseconds, as proxy_connect_timeout, proxy_send_timeout and proxy_read_timeout.
local CONNECT, SEND, READ = 5000, 60000, 60000
-- Bytes that the head of an answer may have, as proxy_buffer_size.
local LARGEST_HEAD = 16384

local M = { PIECE = LARGEST_HEAD }

-- Fields that are of the connection, and not passed on.
M.OWN = {
  ["connection"] = true, ["keep-alive"] = true, ["transfer-encoding"] = true,
  ["content-length"] = true, ["te"] = true, ["expect"] = true, ["upgrade"] = true,
}

-- The names of all fields that nginx.conf says, in small letters: the same for every request.
local said

local function names_of(text)
  local names = {}
  for name in text:gmatch("\r\n([^:\r\n]+): ") do names[name:lower()] = true end
  return names
end

-- The head of the request as the endpoint gets it: what nginx.conf says, then what the client said.
local function request_head(var)
  local text = var.portico_request_head .. "\r\n"
  said = said or names_of(text)
  -- As proxy_set_header has it: what turned out to be empty is left out.
  local parts = { "GET ", var.request_uri, " HTTP/1.1", (text:gsub("\r\n[^:\r\n]+: %f[\r]", "")) }
  for name, values in pairs(ngx.req.get_headers(0, true)) do
    local known = name:lower()
    if not said[known] and not M.OWN[known] then
      if type(values) ~= "table" then values = { values } end
      for _, value in ipairs(values) do
        parts[#parts + 1] = name .. ": " .. (value == true and "" or value) .. "\r\n"
      end
    end
  end
  parts[#parts + 1] = "\r\n"
  return table.concat(parts)
end

-- The head of the answer, and what came behind it; nil and a reason.
local function answer_of(socket)
  local text = ""
  while true do
    local stop, after = text:find("\r?\n\r?\n")
    if stop then
      local status, fields = http_answer.parse(text:sub(1, stop))
      if not status then return nil, "no answer of HTTP" end
      if not http_answer.extent(status, fields) then return nil, "a body without an end" end
      text = text:sub(after + 1)
      -- What is only an interim answer is of the connection; 101 ends it.
      if status >= 200 or status == 101 then return { status, fields, text } end
    elseif #text > LARGEST_HEAD then
      return nil, "too large a head"
    else
      local piece, reason = socket:receiveany(LARGEST_HEAD)
      if not piece then return nil, reason end
      text = text .. piece
    end
  end
end

-- A connected endpoint and its answer; nil and a reason.
local function ask(endpoint, is_secure, head)
  local socket = ngx.socket.tcp()
  socket:settimeouts(CONNECT, SEND, READ)
  local ok, reason = socket:connect(endpoint[1], endpoint[2])
  -- As proxy_ssl_verify off and proxy_ssl_server_name off.
  if ok and is_secure then ok, reason = socket:sslhandshake(false, nil, false) end
  if ok then ok, reason = socket:send(head) end
  local answer
  if ok then answer, reason = answer_of(socket) end
  if not answer then
    socket:close()
    return nil, reason
  end
  return socket, answer
end

-- What the log says of all attempts, as nginx says it of its own.
local NOTED = {
  "portico_asked", "portico_asked_status", "portico_asked_length", "portico_asked_time",
}

-- An attempt is over. asked = { name, begun, attempts before }; length: bytes of the body.
local function note(asked, status, length)
  local attempts = asked[3]
  local took = string.format("%.3f", ngx.now() - asked[2])
  attempts[#attempts + 1] = { asked[1], status, length, took }
end

-- The last one is over.
function M.note(asked, status, length)
  note(asked, status, length)
  local var = ngx.var
  for place, name in ipairs(NOTED) do
    local told = {}
    for number, attempt in ipairs(asked[3]) do told[number] = attempt[place] end
    var[name] = table.concat(told, ", ")
  end
end

-- Asks endpoints until one answers. Gives its socket, its answer = { status, fields, what came
-- behind the head }, and what is to be noted at the end; or nil and the status for the client.
function M.ask_any(backend)
  local count, head = #backend.e, request_head(ngx.var)
  local tries, tried, attempts = math.min(choose.MOST_RETRIES, count - 1) + 1, {}, {}
  for attempt = 1, tries do
    local begun = ngx.now()
    local endpoint = count == 1 and backend.e[1]
      or choose.endpoint(backend, begun, attempt > 1 and tried or nil)
    local asked = { endpoint[1] .. ":" .. endpoint[2], begun, attempts }
    local socket, answer = ask(endpoint, backend.p == "https", head)
    if socket then
      if backend.a == "ewma" then scores.observe(asked[1], ngx.now() - begun, ngx.now()) end
      return socket, answer, asked
    end
    local status = answer == "timeout" and ngx.HTTP_GATEWAY_TIMEOUT or ngx.HTTP_BAD_GATEWAY
    ngx.log(ngx.ERR, "WebSocket: endpoint ", asked[1], ": ", answer)
    if attempt == tries then
      M.note(asked, status, 0)
      return nil, status
    end
    note(asked, status, 0)
    tried[asked[1]] = true
    choose.failed(asked[1], ngx.now())
  end
end

return M
