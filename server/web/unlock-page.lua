-- Lets go of a page, if it is still held by who says so. Safe to repeat.
-- KEYS lock   ARGV token   Reply  1 when it was let go of, else 0
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
