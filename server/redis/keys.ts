import { type CounterKey, isAllowance, shardOfCounter } from '#/domain/counter.ts'
import { type Shard, shardOf, shardOfCode } from '#/domain/sharding.ts'
import type { Sku } from '#/domain/sku.ts'

/**
 * Every key of core. One shard's keys share a hash tag, so that one script sees them on one Redis and on a cluster alike.
 *
 *   {inv:0}:epoch            string  the life of core that this shard is in; absent while the shard is fenced
 *   {inv:0}:opening          string  the life that somebody is filling in for the fenced shard
 *   {inv:0}:orders           stream  OrderPlaced records that intake has not committed yet
 *   {inv:0}:legs             zset    what placings in legs took here, by deadline (ms): attempt and counters, JSON
 *   {inv:0}:checkout:<id>    hash    fingerprint, reservation, placedAt, record, view, viewVersion; kept for days. Before that, of one that
 *                                    is placed in legs: claim, claimUntil
 *   {inv:0}:stock:<sku>      hash    available, applied (the version of the last movement)
 *   {inv:0}:allow:<key>      hash    the same for an allowance: available is − used
 *   {inv:0}:held:<sku|key>   hash    reservation id → units that placings took and intake has not settled yet
 *   {inv:0}:offer:<sku>      hash    version, price, limit, customerLimit, weight, startsAt, endsAt, card (what a page shows, JSON)
 *   {inv:0}:code:<code>      hash    version, startsAt, endsAt, definition (JSON) of a discount code
 *   {saleday}:gateway-away   string  until when (ms) the payment gateway is not asked; gone soon after it answers again
 */
export function shardKeys(shard: Shard) {
  const tag = `{inv:${shard}}`
  return {
    epoch: `${tag}:epoch`,
    opening: `${tag}:opening`,
    orders: `${tag}:orders`,
    legs: `${tag}:legs`,
    /** A pattern of every allowance, or of every counter of which something is held. */
    all: (what: 'allow' | 'held') => `${tag}:${what}:*`,
    checkout: (checkoutId: string) => `${tag}:checkout:${checkoutId}`,
  }
}

export function skuKeys(sku: Sku) {
  const tag = `{inv:${shardOf(sku)}}`
  return { stock: `${tag}:stock:${sku}`, held: `${tag}:held:${sku}`, offer: `${tag}:offer:${sku}` }
}

/** The count of a SKU or of an allowance, and the reservations that it has in it. */
export function counterKeys(key: CounterKey) {
  const tag = `{inv:${shardOfCounter(key)}}`
  return { count: `${tag}:${isAllowance(key) ? 'allow' : 'stock'}:${key}`, held: `${tag}:held:${key}` }
}

export const GATEWAY_AWAY_KEY = '{saleday}:gateway-away'

export function codeKey(code: string): string {
  return `{inv:${shardOfCode(code)}}:code:${code}`
}
