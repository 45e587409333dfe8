-- Puts an offer's newest version in place. Safe to repeat and to reorder: an older version never replaces a newer one.
-- KEYS  1 offer
-- ARGV  1 version  2 price  3 limit per order  4 limit per customer ('' for none)  5 weight (g)  6 starts at (ms)  7 ends at (ms)
--       8 card (JSON, what pages show)
-- Reply the version that stands
local standing = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
if standing > tonumber(ARGV[1]) then return standing end
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'price', ARGV[2], 'limit', ARGV[3], 'customerLimit', ARGV[4], 'weight', ARGV[5],
  'startsAt', ARGV[6], 'endsAt', ARGV[7], 'card', ARGV[8])
return tonumber(ARGV[1])
