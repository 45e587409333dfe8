-- Reads a counter and all that is held of it, as they stood at one moment.
-- KEYS  1 stock  2 held
-- ARGV  1 most reservations to read
-- Reply available, applied ('' each where core does not know it), number of reservations, then reservation id, units… unless there are more
local stock = redis.call('HMGET', KEYS[1], 'available', 'applied')
local reply = { stock[1] or '', stock[2] or '', redis.call('HLEN', KEYS[2]) }
if reply[3] > tonumber(ARGV[1]) then return reply end
for _, word in ipairs(redis.call('HGETALL', KEYS[2])) do reply[#reply + 1] = word end
return reply
