-- Reads which reservations a stretch of an intake stream names, without the records.
-- KEYS  1 orders
-- ARGV  1 entry to begin at, as XRANGE takes it  2 most entries to read
-- Reply the last entry read ('' when there was none), then each reservation
local entries = redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2])
local reply = { '' }
for _, entry in ipairs(entries) do
  reply[1] = entry[1]
  local fields = entry[2]
  for i = 1, #fields, 2 do
    if fields[i] == 'reservation' then reply[#reply + 1] = fields[i + 1] end
  end
end
return reply
