-- Puts a rendering of a page in place, unless one of newer data, or a newer one of the same, stands there. Safe to repeat and to reorder.
-- KEYS page, recent, sizes   ARGV asOf, renderedAtMs, seconds to live, path, size, most pages, most bytes, then field and value …
-- Reply  {0} when it was refused; {1, paths that have to make room …}, which are forgotten here and are for the caller to remove
local function typeOf(key) return redis.call('TYPE', key).ok end

-- What is nothing of ours makes room. Where nothing is, nothing is deleted: that would be the first write.
if typeOf(KEYS[1]) ~= 'hash' and typeOf(KEYS[1]) ~= 'none' then redis.call('DEL', KEYS[1]) end
local stands = redis.call('HMGET', KEYS[1], 'asOf', 'renderedAtMs')
local asOf, renderedAtMs = tonumber(stands[1] or '') or -1, tonumber(stands[2] or '') or -1
if asOf > tonumber(ARGV[1]) then return {0} end
if asOf == tonumber(ARGV[1]) and renderedAtMs > tonumber(ARGV[2]) then return {0} end

-- Before any other write: a Redis that is full refuses the first one of a script, and none after that.
redis.call('HSET', KEYS[1], 'asOf', ARGV[1], 'renderedAtMs', ARGV[2], unpack(ARGV, 8))
redis.call('EXPIRE', KEYS[1], ARGV[3])

-- Where one of both was lost the other says nothing: what they knew of is left to its time to live.
if typeOf(KEYS[2]) ~= 'zset' or typeOf(KEYS[3]) ~= 'hash' then redis.call('DEL', KEYS[2], KEYS[3]) end
local last = redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2]
redis.call('ZADD', KEYS[2], tonumber(last or '0') + 1, ARGV[4])
local before = tonumber(redis.call('HGET', KEYS[3], ARGV[4]) or '0')
redis.call('HSET', KEYS[3], ARGV[4], ARGV[5])
local bytes = redis.call('HINCRBY', KEYS[3], '', tonumber(ARGV[5]) - before)
redis.call('EXPIRE', KEYS[2], ARGV[3])
redis.call('EXPIRE', KEYS[3], ARGV[3])

local reply = {1}
local pages = redis.call('ZCARD', KEYS[2])
while #reply <= 50 and pages > 1 and (pages > tonumber(ARGV[6]) or bytes > tonumber(ARGV[7])) do
  local oldest = redis.call('ZPOPMIN', KEYS[2])[1]
  bytes = redis.call('HINCRBY', KEYS[3], '', -tonumber(redis.call('HGET', KEYS[3], oldest) or '0'))
  redis.call('HDEL', KEYS[3], oldest)
  pages = pages - 1
  reply[#reply + 1] = oldest
end
return reply
