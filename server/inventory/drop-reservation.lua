-- Gives the units of a leaked reservation back to the available count. Safe to repeat: units return only while the reservation is there.
-- Refuses when it holds other units than were seen, or the shard lives in another epoch.
-- KEYS  1 epoch  2 stock  3 held
-- ARGV  1 epoch  2 reservation id  3 units that were seen
-- Reply units given back; 0 when something is not as it was seen
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if redis.call('HGET', KEYS[3], ARGV[2]) ~= ARGV[3] then return 0 end
redis.call('HDEL', KEYS[3], ARGV[2])
redis.call('HINCRBY', KEYS[2], 'available', ARGV[3])
return tonumber(ARGV[3])
