-- Names for requests that bring none: 32 hexadecimal digits. Unique, not secret: a random start for
-- each worker, then counting. nginx's own $request_id asks the kernel for randomness every time,
-- which costs more than finding the route.
local tohex = require("bit").tohex

local M = { LAST = 2 ^ 32 - 1 }

-- fresh: gives 24 random hexadecimal digits; asked at the start and whenever the count is used up.
function M.new(fresh)
  local start, count = fresh(), -1
  return function()
    count = count + 1
    if count > M.LAST then start, count = fresh(), 0 end
    return start .. tohex(count)
  end
end

return M
