#!lua flags=allow-oom
-- Looks a checkout up whose placing got no answer that could be trusted, and writes down that it was seen: so that whoever is told of it
-- waits for this write, and with it for the placing itself, to be on disk and on the replicas.
-- KEYS  1 checkout
-- Reply core's time (ms), then fingerprint, placedAt, record, view; each of them nil when core does not know the checkout
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if redis.call('HEXISTS', KEYS[1], 'record') == 1 then redis.call('HINCRBY', KEYS[1], 'seen', 1) end
return { now, unpack(redis.call('HMGET', KEYS[1], 'fingerprint', 'placedAt', 'record', 'view')) }
