#!lua flags=allow-oom
-- Applies a SKU's movements from Postgres to its available count, in the order of their versions.
-- Safe to repeat: a movement counts only when its version is the next one; older ones are skipped, a gap ends the batch.
-- KEYS  1 epoch  2 stock  3 held
-- ARGV  1 epoch  2 number of movements  then for each: version, change of (on hand - allocated), number of dropped reservations, their ids
-- Reply the version applied last; -1 when the shard is fenced or lives in another epoch
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
local applied = tonumber(redis.call('HGET', KEYS[2], 'applied') or '0')
local change, at = 0, 3
for _ = 1, tonumber(ARGV[2]) do
  local version, delta, dropped = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  if version > applied + 1 then break end
  if version == applied + 1 then
    change = change + delta
    for i = 1, dropped do
      local reservation = ARGV[at + 2 + i]
      change = change + tonumber(redis.call('HGET', KEYS[3], reservation) or '0')
      redis.call('HDEL', KEYS[3], reservation)
    end
    applied = version
  end
  at = at + 3 + dropped
end
redis.call('HINCRBY', KEYS[2], 'available', change)
redis.call('HSET', KEYS[2], 'applied', applied)
return applied
