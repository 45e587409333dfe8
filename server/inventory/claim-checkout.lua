-- Opens an attempt to place a checkout in legs: until its deadline no other attempt may, so that two presses never compete for the last
-- unit with each other.
-- KEYS  1 epoch  2 checkout
-- ARGV  1 reservation id of the attempt  2 fingerprint  3 deadline (ms, Redis' clock)  4 seconds to keep a claim that comes to nothing
-- Reply CLAIMED | SEEN placedAtMs | CHECKOUT_CHANGED | BUSY | TOO_LATE | NOT_READY, in an array
local known = redis.call('HMGET', KEYS[2], 'fingerprint', 'placedAt', 'claim', 'claimUntil')
if known[1] then
  if known[1] ~= ARGV[2] then return { 'CHECKOUT_CHANGED' } end
  redis.call('HINCRBY', KEYS[2], 'seen', 1) -- a write, so that the answer waits for the log as the first one did
  return { 'SEEN', known[2] }
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if now > tonumber(ARGV[3]) then return { 'TOO_LATE' } end
if redis.call('EXISTS', KEYS[1]) == 0 then return { 'NOT_READY' } end
if known[3] and tonumber(known[4]) >= now then return { 'BUSY' } end
redis.call('HSET', KEYS[2], 'claim', ARGV[1], 'claimUntil', ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[4])
return { 'CLAIMED' }
