-- Makes sure that an attempt to place a checkout in legs is never recorded from now on, or tells that it was. Only then may its legs give
-- back what they took. Safe to repeat.
-- KEYS  1 checkout
-- ARGV  1 reservation id of the attempt
-- Reply RECORDED (this very attempt is the order) | VOIDED (it is not and will not be)
local known = redis.call('HMGET', KEYS[1], 'reservation', 'claim')
if known[1] == ARGV[1] then return 'RECORDED' end
if known[2] == ARGV[1] and not known[1] then redis.call('DEL', KEYS[1]) end
return 'VOIDED'
