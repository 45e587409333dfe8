#!lua flags=allow-oom
-- Ends a leg. One whose attempt was voided gives back what it still holds; one that was recorded keeps it, for intake to settle.
-- Safe to repeat: units return only while the reservation is still there.
-- KEYS  1 legs  then for each counter of the leg: stock or allow, held
-- ARGV  1 the leg's entry in legs  2 reservation id  3 whether to give back (1 or 0)
-- Reply units given back
redis.call('ZREM', KEYS[1], ARGV[1])
if ARGV[3] == '0' then return 0 end
local given = 0
for counter = 2, #KEYS, 2 do
  local units = tonumber(redis.call('HGET', KEYS[counter + 1], ARGV[2]) or '0')
  if units > 0 then
    redis.call('HDEL', KEYS[counter + 1], ARGV[2])
    redis.call('HINCRBY', KEYS[counter], 'available', units)
    given = given + units
  end
end
return given
