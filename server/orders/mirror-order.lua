-- Keeps the latest state of an order beside its checkout, so that its page answers without Postgres.
-- Safe to repeat and to reorder: an older version never replaces a newer one. A checkout that core has forgotten stays forgotten.
-- KEYS  1 checkout
-- ARGV  1 order version  2 view (JSON)  3 seconds to keep the checkout from now on
-- Reply the version that stands; -1 when core does not know the checkout
if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
local standing = tonumber(redis.call('HGET', KEYS[1], 'viewVersion') or '0')
if standing >= tonumber(ARGV[1]) then return standing end
redis.call('HSET', KEYS[1], 'viewVersion', ARGV[1], 'view', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return tonumber(ARGV[1])
