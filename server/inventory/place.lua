-- Places an order, all or nothing: takes stock for every line and appends the record for intake.
-- Safe to repeat: the same checkout with the same fingerprint is the same order, and answers SEEN.
-- KEYS  1 epoch  2 orders  3 checkout  then for each line: stock, held, offer
-- ARGV  1 deadline (ms, Redis' clock)  2 checkout id  3 reservation id  4 fingerprint  5 seconds to keep the checkout
--       6 most records that may wait for intake  7 record (JSON)  then for each line: quantity, offer version
-- Reply an array that begins with a code; lines are named by their place, from 1:
--       PLACED placedAtMs | SEEN placedAtMs | CHECKOUT_CHANGED | TOO_LATE | NOT_READY | BACKLOG_FULL
--       NOT_ON_SALE line… | PRICE_CHANGED line… | LIMIT_REACHED (line limit)… | SOLD_OUT (line available)…
local seen = redis.call('HMGET', KEYS[3], 'fingerprint', 'placedAt')
if seen[1] then
  if seen[1] ~= ARGV[4] then return { 'CHECKOUT_CHANGED' } end
  redis.call('HINCRBY', KEYS[3], 'seen', 1) -- a write, so that the answer waits for the log as the first one did
  return { 'SEEN', seen[2] }
end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if now > tonumber(ARGV[1]) then return { 'TOO_LATE' } end
if redis.call('EXISTS', KEYS[1]) == 0 then return { 'NOT_READY' } end
if redis.call('XLEN', KEYS[2]) >= tonumber(ARGV[6]) then return { 'BACKLOG_FULL' } end

local lines = (#KEYS - 3) / 3
local notOnSale, priceChanged, limitReached, soldOut = { 'NOT_ON_SALE' }, { 'PRICE_CHANGED' }, { 'LIMIT_REACHED' }, { 'SOLD_OUT' }
for line = 1, lines do
  local quantity, version = tonumber(ARGV[6 + 2 * line]), ARGV[7 + 2 * line]
  local offer = redis.call('HMGET', KEYS[3 + 3 * line], 'version', 'limit', 'startsAt', 'endsAt')
  local available = tonumber(redis.call('HGET', KEYS[1 + 3 * line], 'available') or '0')
  if not offer[1] or now < tonumber(offer[3]) or now >= tonumber(offer[4]) then
    notOnSale[#notOnSale + 1] = line
  elseif offer[1] ~= version then
    priceChanged[#priceChanged + 1] = line
  elseif quantity > tonumber(offer[2]) then
    limitReached[#limitReached + 1] = line
    limitReached[#limitReached + 1] = offer[2]
  elseif quantity > available then
    soldOut[#soldOut + 1] = line
    soldOut[#soldOut + 1] = math.max(0, available)
  end
end
for _, problem in ipairs({ notOnSale, priceChanged, limitReached, soldOut }) do
  if #problem > 1 then return problem end
end

for line = 1, lines do
  local quantity = ARGV[6 + 2 * line]
  redis.call('HINCRBY', KEYS[1 + 3 * line], 'available', -quantity)
  redis.call('HSET', KEYS[2 + 3 * line], ARGV[3], quantity)
end
redis.call('HSET', KEYS[3], 'fingerprint', ARGV[4], 'reservation', ARGV[3], 'placedAt', now, 'record', ARGV[7])
redis.call('EXPIRE', KEYS[3], ARGV[5])
redis.call('XADD', KEYS[2], '*', 'order', ARGV[2], 'reservation', ARGV[3], 'placedAt', now, 'record', ARGV[7])
return { 'PLACED', now }
