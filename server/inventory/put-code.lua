-- Puts a discount code's newest version in place. Safe to repeat and to reorder: an older version never replaces a newer one.
-- KEYS  1 code
-- ARGV  1 version  2 starts at (ms)  3 ends at (ms)  4 definition (JSON)
-- Reply the version that stands
local standing = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
if standing > tonumber(ARGV[1]) then return standing end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'startsAt', ARGV[2], 'endsAt', ARGV[3], 'definition', ARGV[4])
return tonumber(ARGV[1])
