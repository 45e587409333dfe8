#!lua flags=allow-oom
-- Keeps the latest state of an order beside its checkout, so that its page answers without Postgres.
-- Safe to repeat and to reorder: an older version never replaces a newer one. A checkout that core has forgotten stays forgotten.
-- A checkout that core took again with other content than Postgres has recorded is forgotten: Postgres answers for it.
-- A record that could not be read has no fingerprint: its view, of version 0, stands until the order has one of its own.
-- KEYS  1 checkout
-- ARGV  1 order version  2 view (JSON)  3 seconds to keep the checkout from now on  4 fingerprint of the recorded order, '' for any
-- Reply the version that stands; -1 when core does not know the checkout, or does not any more
local fingerprint = redis.call('HGET', KEYS[1], 'fingerprint')
if not fingerprint then return -1 end
if ARGV[4] ~= '' and fingerprint ~= ARGV[4] then
  redis.call('DEL', KEYS[1])
  return -1
end
local standing = tonumber(redis.call('HGET', KEYS[1], 'viewVersion') or '-1')
if standing >= tonumber(ARGV[1]) then return standing end
redis.call('HSET', KEYS[1], 'viewVersion', ARGV[1], 'view', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return tonumber(ARGV[1])
