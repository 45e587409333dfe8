-- Admits one more act of somebody, or says how long to wait (the generic cell rate algorithm: a steady rate with room for a burst).
-- Source: https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
-- KEYS  1 the one who acts
-- ARGV  1 milliseconds that one act takes at the steady rate  2 acts that may come at once
-- Reply 0 when admitted, else milliseconds until the next act is
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local due = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
local wait = due + interval - now - interval * burst
if wait > 0 then return wait end
redis.call('SET', KEYS[1], due + interval, 'PX', interval * burst + 1000)
return 0
