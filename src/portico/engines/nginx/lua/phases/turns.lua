-- Whose turn it is, for all workers together: counters in memory that the master maps and every
-- worker inherits. A shared dictionary would do, but finding one counter among ten thousand
-- costs more than all the rest of picking an endpoint.
local ffi = require "ffi"

ffi.cdef [[
  void *mmap(void *address, size_t length, int protection, int flags, int file, long offset);
  int munmap(void *address, size_t length);
]]

local PROT_READ_WRITE, MAP_SHARED_ANONYMOUS = 3, 0x21 -- mman.h of Linux
local COUNTERS = 262144
local NEXT = "#" -- no backend has such a name
local BYTES = COUNTERS * 4

local slots = ngx.shared.portico_turns

local memory = ffi.C.mmap(nil, BYTES, PROT_READ_WRITE, MAP_SHARED_ANONYMOUS, -1, 0)
assert(ffi.cast("intptr_t", memory) ~= -1, "no memory for the counters")
-- Unmapped with this Lua state: at the next reload, or at the end.
local counters = ffi.gc(ffi.cast("uint32_t *", memory), function(mapped)
  ffi.C.munmap(mapped, BYTES)
end)

local M = {}

-- The counter of a backend, the same in every worker; asked once for each decoding.
function M.slot(name)
  local slot = slots:get(name)
  if slot then return slot end
  slots:add(name, slots:incr(NEXT, 1, -1) % COUNTERS)
  return slots:get(name) or 0
end

-- The next turn. Two workers at the very same moment may get the same one, which harms nobody.
function M.next(slot)
  local turn = counters[slot]
  counters[slot] = turn + 1
  return turn
end

return M
