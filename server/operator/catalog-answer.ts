import type { Clock } from '#/domain/clock.ts'
import { isSku, productCodeOf, type Sku } from '#/domain/sku.ts'
import { unreachable } from '#/domain/unreachable.ts'
import { tags } from '../cache/manifest.ts'
import { lastNumberOf } from '../cache/read-tags.ts'
import { edit } from '../catalog/edit.ts'
import { openSale, restock, setPrice, withdraw } from '../catalog/edit-catalog.ts'
import { showProduct, withdrawProduct } from '../catalog/publish.ts'
import type { Db } from '../db/client.ts'
import { log } from '../telemetry/log.ts'
import { type Answer, answer, counted, EXIT, ONLY_ASKED } from './answer.ts'
import { CATALOG_USAGE, type CatalogAsked } from './read-catalog-command.ts'
import { orServerAway } from './run-command.ts'
import { findGood, type Good, inEuros, showAll, showGood, stateOf } from './show-catalog.ts'

const ALWAYS = { startsAtMs: null, endsAtMs: null }

/** What a command about the catalogue works with: Postgres. Pages and core follow from there. */
export type CatalogDesk = { readonly db: Db; readonly clock: Clock }

/** Answers one wish about what is sold. A server that is away is an answer too, in words and with an exit code of its own. */
export function carryOutCatalog(desk: CatalogDesk, asked: CatalogAsked): Promise<Answer> {
  const begun = asked.yes ? ['Whether it happened is not known: npm run catalog -- show tells, once it is back.'] : []
  return orServerAway(() => respond(desk, asked), 'merchants', begun)
}

async function respond(desk: CatalogDesk, { command, yes }: CatalogAsked): Promise<Answer> {
  switch (command.name) {
    case 'help':
      return answer(EXIT.fine, CATALOG_USAGE.split('\n'), { usage: CATALOG_USAGE })
    case 'show':
      return command.words[0] === undefined ? showAll(desk.db) : showOne(desk.db, command.words[0])
    case 'set-price':
      return price(desk, ...command.words, yes)
    case 'publish':
      return publish(desk, ...command.words, yes)
    case 'withdraw':
      return takeAway(desk, ...command.words, yes)
    case 'restock':
      return putOnHand(desk, ...command.words, yes)
    case 'touch':
      return touch(desk, ...command.words, yes)
    default:
      return unreachable(command)
  }
}

async function findVariant(db: Db, sku: Sku) {
  return (await findGood(db, sku))?.variants.find((each) => each.sku === sku)
}

async function showOne(db: Db, code: string): Promise<Answer> {
  const good = await findGood(db, code)
  return good?.code === code ? showGood(good) : unknown(code)
}

async function price({ db, clock }: CatalogDesk, sku: Sku, priceMinor: number, yes: boolean): Promise<Answer> {
  const variant = await findVariant(db, sku)
  if (!variant) return unknown(sku)
  const line = `${sku} costs ${inEuros(priceMinor)} from now on, and not ${inEuros(variant.priceMinor)}.`
  if (variant.priceMinor === priceMinor && variant.compareAtMinor === null)
    return nothingToDo(`${sku} costs ${inEuros(priceMinor)} already.`)
  if (!yes) return onlyAsked(line)
  const priced = await setPrice(db, sku, priceMinor, clock.now())
  if (!priced.ok) return priced.code === 'OUT_OF_BOUNDS' ? refused(`A price is at most ${inEuros(priced.most)}.`) : unknown(sku)
  return told(db, [tags.product(productCodeOf(sku))], [line])
}

async function publish({ db, clock }: CatalogDesk, name: string, yes: boolean): Promise<Answer> {
  const good = await findGood(db, name)
  if (!good) return unknown(name)
  const isProduct = good.code === name
  const again = good.variants.find(({ sku, isSold }) => sku === name && !isSold)
  const lines = [
    ...(isProduct && stateOf(good) !== 'published' ? [`${good.name} is shown, once all of its photographs can be.`] : []),
    ...(again ? [`${name} is sold from now on.`] : []),
  ]
  if (lines.length === 0) return nothingToDo(`${name} is ${isProduct ? 'published' : 'sold'} already.`, notSold(good))
  if (!yes) return onlyAsked(...lines)
  await edit(db, async (tx, touched) => {
    if (isProduct) await showProduct(tx, touched, name, clock.now())
    if (again && isSku(again.sku)) await openSale(tx, touched, again.sku, ALWAYS, clock.now())
  })
  const after = await findGood(db, name)
  return told(db, [tags.product(good.code)], [...lines, ...(after ? [`It is ${stateOf(after)} now.`, ...notSold(after)] : [])])
}

async function takeAway({ db, clock }: CatalogDesk, name: string, yes: boolean): Promise<Answer> {
  const good = await findGood(db, name)
  if (!good) return unknown(name)
  const touched = [tags.product(good.code)]
  if (good.code === name) {
    if (good.withdrawnAt) return nothingToDo(`${good.name} is withdrawn already.`)
    const sold = good.variants.filter(({ isSold }) => isSold).length
    const line = `${good.name} is taken from every page, and ${counted(sold, 'SKU')} of it from sale.`
    if (!yes) return onlyAsked(line)
    await withdrawProduct(db, name, clock.now())
    return told(db, touched, [line])
  }
  const variant = good.variants.find(({ sku }) => sku === name)
  if (!variant?.isSold || !isSku(name)) return nothingToDo(`${name} is not sold already.`)
  const line = `${name} is not sold from now on.`
  if (!yes) return onlyAsked(line)
  await withdraw(db, name, clock.now())
  return told(db, touched, [line])
}

async function putOnHand({ db, clock }: CatalogDesk, sku: Sku, units: number, yes: boolean): Promise<Answer> {
  const variant = await findVariant(db, sku)
  if (!variant) return unknown(sku)
  const line = `${sku} has ${variant.onHand + units} on hand from now on, ${units} more.`
  if (!yes) return onlyAsked(line)
  const stocked = await restock(db, sku, units, clock.now())
  if (!stocked.ok)
    return stocked.code === 'OUT_OF_BOUNDS'
      ? refused(`A SKU has at most ${stocked.most} units on hand; nothing was changed.`)
      : unknown(sku)
  log.info({ sku, units }, 'a merchant restocked')
  // Stock stands in no page, so no tag is told.
  return answer(EXIT.fine, [line, '', 'Done: shoppers see it as soon as a worker has told core.'], { done: true })
}

async function touch({ db }: CatalogDesk, tag: string, yes: boolean): Promise<Answer> {
  const line = `Whatever carries ${tag} is made anew.`
  if (!yes) return onlyAsked(line)
  await edit(db, async (_tx, touched) => touched.tags(tag))
  return told(db, [tag], [line])
}

/** An edit that was made, with the number of the feed from which on it is seen: whoever has read up to there knows of it. */
async function told(db: Db, touched: readonly string[], lines: readonly string[]): Promise<Answer> {
  const sequence = await lastNumberOf(db, touched)
  log.info({ touched, sequence }, 'a merchant edited the catalogue')
  return answer(EXIT.fine, [...lines, '', `Done: seen from number ${sequence} of the feed on.`], { done: true, sequence })
}

function onlyAsked(...lines: string[]): Answer {
  return answer(EXIT.fine, [...lines, '', ONLY_ASKED], { done: false, dryRun: true })
}

function nothingToDo(line: string, after: readonly string[] = []): Answer {
  return answer(EXIT.fine, [line, ...after], { done: false })
}

function refused(line: string): Answer {
  return answer(EXIT.trouble, [line], { done: false })
}

function unknown(name: string): Answer {
  return answer(EXIT.trouble, [`There is no product or SKU ${name}.`], { known: false })
}

function notSold({ variants }: Good): string[] {
  const left = variants.filter(({ isSold }) => !isSold).map(({ sku }) => sku)
  return left.length === 0 ? [] : [`Not sold: ${left.join(', ')}. npm run catalog -- publish SKU sells one again.`]
}
