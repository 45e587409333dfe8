-- Opens a shard that was prepared for this epoch. Refuses when core was lost since, or another opener prepared it anew: what was filled
-- in for this epoch is not, or not all, there any more.
-- KEYS  1 epoch  2 opening
-- ARGV  1 epoch
-- Reply 1; 0 when the shard stays as it is
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('RENAME', KEYS[2], KEYS[1])
return 1
