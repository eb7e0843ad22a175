-- For wrk: every host with every path, in random order, prebuilt; then one line of results.
-- Arguments: format of a host, number of hosts, format of a path, number of paths.
local requests, at = {}, 0

-- The URL carries the name (for SNI); the address is this machine's.
function wrk.resolve(_, service)
  wrk.addrs = wrk.lookup("127.0.0.1", service)
end

function init(args)
  local host, hosts, path, paths = args[1], tonumber(args[2]), args[3], tonumber(args[4])
  for h = 0, hosts - 1 do
    for p = 0, paths - 1 do
      local headers = { Host = host:format(h) }
      requests[#requests + 1] = wrk.format("GET", path:format(p), headers)
    end
  end
  math.randomseed(1)
  for i = #requests, 2, -1 do
    local j = math.random(i)
    requests[i], requests[j] = requests[j], requests[i]
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local e = summary.errors
  print(("result requests=%d us=%d errors=%d p50=%d p99=%d"):format(
    summary.requests, summary.duration, e.connect + e.read + e.write + e.timeout + e.status,
    latency:percentile(50), latency:percentile(99)))
end
