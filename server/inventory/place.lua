-- Places orders of one shard, in the order given, each of them all or nothing: takes stock and allowances and, but for a leg, appends the
-- record for intake. A placing that finds no stock does not hinder those after it.
-- Safe to repeat: the same checkout with the same fingerprint is the same order, and answers SEEN.
-- KEYS  1 epoch  2 orders  3 legs  then for each placing: checkout, for each line: stock, held, offer, for each allowance: allow, held,
--       for each code: code
-- ARGV  1 number of placings  2 seconds to keep a checkout  3 most records that may wait for intake
--       then for each placing:
--         mode: whole (all of it is on this shard), last (the recording leg, after claim-checkout.lua and the others), leg (takes only)
--         checkout id, reservation id, fingerprint, deadline (ms, Redis' clock), record (JSON; of a leg: its entry in legs, JSON)
--         number of lines, of allowances, of codes
--         for each line: quantity, offer version; for each allowance: units, limit; for each code: version
-- Reply one array for each placing that begins with a code; lines and allowances are named by their place, from 1:
--       PLACED placedAtMs | SEEN placedAtMs | CHECKOUT_CHANGED | BUSY | VOIDED | TOO_LATE | NOT_READY | BACKLOG_FULL
--       NOT_ON_SALE line… | PRICE_CHANGED line… | CODE_CHANGED | LIMIT_REACHED (line limit)… | SOLD_OUT (line available)…
--       USED_UP allowance… | BROKEN error: what core has of it cannot be read
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local open = redis.call('EXISTS', KEYS[1]) == 1
local waiting = redis.call('XLEN', KEYS[2])
local keepSeconds, mostWaiting = ARGV[2], tonumber(ARGV[3])
local key, arg = 4, 4

local function seen(checkout, fingerprint, reservation, mode)
  local known = redis.call('HMGET', checkout, 'fingerprint', 'placedAt', 'claim', 'claimUntil')
  if known[1] then
    if known[1] ~= fingerprint then return { 'CHECKOUT_CHANGED' } end
    redis.call('HINCRBY', checkout, 'seen', 1) -- a write, so that the answer waits for the log as the first one did
    return { 'SEEN', known[2] }
  end
  if mode == 'last' then
    if known[3] ~= reservation then return { 'VOIDED' } end
  elseif known[3] and tonumber(known[4]) >= now then
    return { 'BUSY' }
  end
end

local function place()
  local mode, checkoutId, reservation, fingerprint, deadline, record =
    ARGV[arg], ARGV[arg + 1], ARGV[arg + 2], ARGV[arg + 3], tonumber(ARGV[arg + 4]), ARGV[arg + 5]
  local lines, allowances, codes = tonumber(ARGV[arg + 6]), tonumber(ARGV[arg + 7]), tonumber(ARGV[arg + 8])
  local checkout, line1 = KEYS[key], key + 1
  local allowance1 = line1 + 3 * lines
  local code1 = allowance1 + 2 * allowances
  local lineArg, allowanceArg = arg + 9, arg + 9 + 2 * lines
  local codeArg = allowanceArg + 2 * allowances
  key, arg = code1 + codes, codeArg + codes

  if mode ~= 'leg' then
    local answer = seen(checkout, fingerprint, reservation, mode)
    if answer then return answer end
  end
  if now > deadline then return { 'TOO_LATE' } end
  if not open then return { 'NOT_READY' } end
  if mode ~= 'leg' and waiting >= mostWaiting then return { 'BACKLOG_FULL' } end

  local notOnSale, priceChanged, limitReached, soldOut, usedUp
  for line = 0, lines - 1 do
    local quantity, version = tonumber(ARGV[lineArg + 2 * line]), ARGV[lineArg + 2 * line + 1]
    local offer = redis.call('HMGET', KEYS[line1 + 3 * line + 2], 'version', 'limit', 'startsAt', 'endsAt')
    local available = tonumber(redis.call('HGET', KEYS[line1 + 3 * line], 'available') or '0')
    if not offer[1] or now < tonumber(offer[3]) or now >= tonumber(offer[4]) then
      notOnSale = notOnSale or { 'NOT_ON_SALE' }
      notOnSale[#notOnSale + 1] = line + 1
    elseif offer[1] ~= version then
      priceChanged = priceChanged or { 'PRICE_CHANGED' }
      priceChanged[#priceChanged + 1] = line + 1
    elseif quantity > tonumber(offer[2]) then
      limitReached = limitReached or { 'LIMIT_REACHED' }
      limitReached[#limitReached + 1] = line + 1
      limitReached[#limitReached + 1] = offer[2]
    elseif quantity > available then
      soldOut = soldOut or { 'SOLD_OUT' }
      soldOut[#soldOut + 1] = line + 1
      soldOut[#soldOut + 1] = math.max(0, available)
    end
  end
  local codeChanged
  for n = 0, codes - 1 do
    local code = redis.call('HMGET', KEYS[code1 + n], 'version', 'startsAt', 'endsAt')
    if code[1] ~= ARGV[codeArg + n] or now < tonumber(code[2]) or now >= tonumber(code[3]) then codeChanged = { 'CODE_CHANGED' } end
  end
  for n = 0, allowances - 1 do
    -- Below zero by what is used, so that a counter that nobody has used yet needs no key.
    local available = tonumber(redis.call('HGET', KEYS[allowance1 + 2 * n], 'available') or '0')
    if available + tonumber(ARGV[allowanceArg + 2 * n + 1]) < tonumber(ARGV[allowanceArg + 2 * n]) then
      usedUp = usedUp or { 'USED_UP' }
      usedUp[#usedUp + 1] = n + 1
    end
  end
  local problem = notOnSale or priceChanged or codeChanged or limitReached or soldOut or usedUp
  if problem then return problem end

  for line = 0, lines - 1 do
    local quantity = ARGV[lineArg + 2 * line]
    redis.call('HINCRBY', KEYS[line1 + 3 * line], 'available', -quantity)
    redis.call('HSET', KEYS[line1 + 3 * line + 1], reservation, quantity)
  end
  for n = 0, allowances - 1 do
    local units = ARGV[allowanceArg + 2 * n]
    redis.call('HINCRBY', KEYS[allowance1 + 2 * n], 'available', -units)
    redis.call('HSET', KEYS[allowance1 + 2 * n + 1], reservation, units)
  end
  if mode == 'leg' then
    redis.call('ZADD', KEYS[3], deadline, record)
    return { 'PLACED', now }
  end
  redis.call('HSET', checkout, 'fingerprint', fingerprint, 'reservation', reservation, 'placedAt', now, 'record', record)
  redis.call('EXPIRE', checkout, keepSeconds)
  redis.call('XADD', KEYS[2], '*', 'order', checkoutId, 'reservation', reservation, 'placedAt', now, 'record', record)
  waiting = waiting + 1
  return { 'PLACED', now }
end

local replies = {}
for n = 1, tonumber(ARGV[1]) do
  local done, reply = pcall(place)
  if not done then
    -- The others are as good as without it. What core refuses to everybody, as a replica does, it refused to the first one already.
    local text = type(reply) == 'table' and reply.err or tostring(reply)
    local code = text:match('^(%u+) ')
    if code and code ~= 'WRONGTYPE' and code ~= 'ERR' then error({ err = text }) end
    reply = { 'BROKEN', text }
  end
  replies[n] = reply
end
return replies
