-- Puts an offer's newest version in place. Safe to repeat and to reorder: an older version never replaces a newer one.
-- KEYS  1 offer
-- ARGV  1 version  2 price  3 limit per order  4 starts at (ms)  5 ends at (ms)  6 card (JSON, what pages show)
-- Reply the version that stands
local standing = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
if standing > tonumber(ARGV[1]) then return standing end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'price', ARGV[2], 'limit', ARGV[3], 'startsAt', ARGV[4], 'endsAt', ARGV[5], 'card', ARGV[6])
return tonumber(ARGV[1])
