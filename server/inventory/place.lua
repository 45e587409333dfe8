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
--       USED_UP allowance…
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local open = redis.call('EXISTS', KEYS[1]) == 1
local waiting = redis.call('XLEN', KEYS[2])
local keepSeconds, mostWaiting = ARGV[2], tonumber(ARGV[3])
local key, arg = 4, 4

-- What the placings before in this call have made of it: read once, written once.
local offers, available, taken, holds, placed = {}, {}, {}, {}, {}
local takenKeys, holdKeys, records = {}, {}, {}

local function offerAt(offerKey)
  local offer = offers[offerKey]
  if not offer then
    local read = redis.call('HMGET', offerKey, 'version', 'limit', 'startsAt', 'endsAt')
    offer = { version = read[1], limit = tonumber(read[2]), limitText = read[2], onSale = read[1] and now >= tonumber(read[3]) and now < tonumber(read[4]) }
    offers[offerKey] = offer
  end
  return offer
end

local function availableAt(countKey)
  local count = available[countKey]
  if not count then
    count = tonumber(redis.call('HGET', countKey, 'available') or '0')
    available[countKey] = count
  end
  return count
end

local function take(countKey, heldKey, reservation, units)
  local quantity = tonumber(units)
  available[countKey] = available[countKey] - quantity
  if not taken[countKey] then
    taken[countKey] = 0
    takenKeys[#takenKeys + 1] = countKey
  end
  taken[countKey] = taken[countKey] + quantity
  local hold = holds[heldKey]
  if not hold then
    hold = { 'HSET', heldKey }
    holds[heldKey] = hold
    holdKeys[#holdKeys + 1] = heldKey
  end
  hold[#hold + 1] = reservation
  hold[#hold + 1] = units
end

local function seen(checkout, fingerprint, reservation, mode)
  local before = placed[checkout]
  if before then
    if before ~= fingerprint then return { 'CHECKOUT_CHANGED' } end
    return { 'SEEN', now }
  end
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
    local offer = offerAt(KEYS[line1 + 3 * line + 2])
    local free = availableAt(KEYS[line1 + 3 * line])
    if not offer.onSale then
      notOnSale = notOnSale or { 'NOT_ON_SALE' }
      notOnSale[#notOnSale + 1] = line + 1
    elseif offer.version ~= version then
      priceChanged = priceChanged or { 'PRICE_CHANGED' }
      priceChanged[#priceChanged + 1] = line + 1
    elseif quantity > offer.limit then
      limitReached = limitReached or { 'LIMIT_REACHED' }
      limitReached[#limitReached + 1] = line + 1
      limitReached[#limitReached + 1] = offer.limitText
    elseif quantity > free then
      soldOut = soldOut or { 'SOLD_OUT' }
      soldOut[#soldOut + 1] = line + 1
      soldOut[#soldOut + 1] = math.max(0, free)
    end
  end
  local codeChanged
  for n = 0, codes - 1 do
    local code = redis.call('HMGET', KEYS[code1 + n], 'version', 'startsAt', 'endsAt')
    if code[1] ~= ARGV[codeArg + n] or now < tonumber(code[2]) or now >= tonumber(code[3]) then codeChanged = { 'CODE_CHANGED' } end
  end
  for n = 0, allowances - 1 do
    -- Below zero by what is used, so that a counter that nobody has used yet needs no key.
    if availableAt(KEYS[allowance1 + 2 * n]) + tonumber(ARGV[allowanceArg + 2 * n + 1]) < tonumber(ARGV[allowanceArg + 2 * n]) then
      usedUp = usedUp or { 'USED_UP' }
      usedUp[#usedUp + 1] = n + 1
    end
  end
  local problem = notOnSale or priceChanged or codeChanged or limitReached or soldOut or usedUp
  if problem then return problem end

  for line = 0, lines - 1 do take(KEYS[line1 + 3 * line], KEYS[line1 + 3 * line + 1], reservation, ARGV[lineArg + 2 * line]) end
  for n = 0, allowances - 1 do take(KEYS[allowance1 + 2 * n], KEYS[allowance1 + 2 * n + 1], reservation, ARGV[allowanceArg + 2 * n]) end
  if mode == 'leg' then
    redis.call('ZADD', KEYS[3], deadline, record)
    return { 'PLACED', now }
  end
  placed[checkout] = fingerprint
  records[#records + 1] = { checkout, fingerprint, reservation, checkoutId, record }
  waiting = waiting + 1
  return { 'PLACED', now }
end

local replies = {}
for n = 1, tonumber(ARGV[1]) do replies[n] = place() end
for _, countKey in ipairs(takenKeys) do redis.call('HINCRBY', countKey, 'available', -taken[countKey]) end
for _, heldKey in ipairs(holdKeys) do redis.call(unpack(holds[heldKey])) end
for _, r in ipairs(records) do
  redis.call('HSET', r[1], 'fingerprint', r[2], 'reservation', r[3], 'placedAt', now, 'record', r[5])
  redis.call('EXPIRE', r[1], keepSeconds)
  redis.call('XADD', KEYS[2], '*', 'order', r[4], 'reservation', r[3], 'placedAt', now, 'record', r[5])
end
return replies
