-- ssl_certificate_by_lua: the certificate of the site that the client names (SNI). Where the site
-- has none, the one of the catch-all; else the default one of the configuration stays.
local ssl = require "ngx.ssl"
local worker = require "phases.worker"

local state = worker.state

local function parse(data)
  local chain, chain_error = ssl.parse_pem_cert(data.c)
  local key, key_error = ssl.parse_pem_priv_key(data.k)
  if chain and key then return { chain, key } end
  ngx.log(ngx.ERR, "certificate refused: ", chain_error or key_error)
  return false
end

local function chosen(host)
  local site = state.find(host)
  local key = site and site.certificate
  if not key then
    local everybody = state.site("")
    key = everybody and everybody.certificate
  end
  if not key or key == "" then return nil end
  return state.extra("c:" .. key, parse)
end

return function()
  state.sync()
  local name = ssl.server_name() or ""
  local pair = chosen((name:lower():gsub("%.$", "")))
  if not pair then return end
  ssl.clear_certs()
  local ok, reason = ssl.set_cert(pair[1])
  if ok then ok, reason = ssl.set_priv_key(pair[2]) end
  if not ok then
    ngx.log(ngx.ERR, "certificate refused: ", reason)
    return ngx.exit(ngx.ERROR)
  end
end
