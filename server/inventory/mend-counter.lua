-- Sets an available count to what it should be: what was free at the version that core has applied, less all that is held of it.
-- Refuses when core has moved on from that version or lives in another epoch; placings in between are counted in.
-- KEYS  1 epoch  2 stock  3 held
-- ARGV  1 epoch  2 version applied that was seen  3 free at that version, as Postgres has it
-- Reply what was available before; false (nil) when something is not as it was seen
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return false end
local stock = redis.call('HMGET', KEYS[2], 'available', 'applied')
if (stock[2] or '0') ~= ARGV[2] then return false end
local held = 0
for _, units in ipairs(redis.call('HVALS', KEYS[3])) do held = held + tonumber(units) end
redis.call('HSET', KEYS[2], 'available', tonumber(ARGV[3]) - held)
return stock[1] or '0'
