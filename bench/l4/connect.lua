-- For wrk: each thread asks another of the addresses in $ADDRESSES; then one line of results.
local threads = 0

function wrk.resolve(_, service)
  wrk.addrs = {}
  for address in os.getenv("ADDRESSES"):gmatch("%S+") do
    wrk.addrs[#wrk.addrs + 1] = wrk.lookup(address, service)[1]
  end
end

function setup(thread)
  thread.addr = wrk.addrs[threads % #wrk.addrs + 1]
  threads = threads + 1
end

function done(summary, latency)
  local e = summary.errors
  print(("result requests=%d us=%d errors=%d p50=%d p99=%d"):format(
    summary.requests, summary.duration, e.connect + e.read + e.write + e.timeout + e.status,
    latency:percentile(50), latency:percentile(99)))
end
