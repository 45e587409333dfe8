import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { testEnv } from '#/drill/engine/test-env.ts'
import { finishPage } from './finish-page.ts'
import { BUILD_ORIGIN, documentAtOwnOrigin, entryAtOwnOrigin, treeAtOwnOrigin } from './own-origin.ts'

const OWN = 'http://shop.example:8080'
beforeAll(() => {
  Object.assign(process.env, testEnv({ PUBLIC_URL: `${OWN}/` }))
})

/** A tree as React writes it, and what it says once its lengths have been followed. */
const row = (id: string, text: string) => `${id}:T${Buffer.byteLength(text).toString(16)},${text}`
function textsOf(tree: string): string[] {
  const bytes = Buffer.from(tree)
  const texts: string[] = []
  let at = 0
  while (at < bytes.length) {
    const colon = bytes.indexOf(':', at)
    if (bytes[colon + 1] === 'T'.charCodeAt(0)) {
      const comma = bytes.indexOf(',', colon)
      const length = Number.parseInt(bytes.subarray(colon + 2, comma).toString(), 16)
      texts.push(bytes.subarray(comma + 1, comma + 1 + length).toString())
      at = comma + 1 + length
    } else {
      const end = bytes.indexOf('\n', at)
      texts.push(bytes.subarray(colon + 1, end).toString())
      at = end + 1
    }
  }
  return texts
}

test('a tree names the shop’s own origin and can still be read to its end, whatever stands in it', () => {
  const piece = fc.oneof(fc.constant(BUILD_ORIGIN), fc.string({ unit: 'grapheme' }), fc.constant('\n1:T3,'))
  const text = fc.array(piece).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), text)), (rows) => {
      const tree = rows
        .map(([long, words], i) => (long ? row(i.toString(16), words) : `${i.toString(16)}:${JSON.stringify(words)}\n`))
        .join('')
      const owned = treeAtOwnOrigin(tree)
      expect(owned).not.toContain(BUILD_ORIGIN)
      expect(textsOf(owned)).toEqual(rows.map(([long, words]) => (long ? words : JSON.stringify(words)).replaceAll(BUILD_ORIGIN, OWN)))
    }),
  )
})

test('a document names it everywhere but in what the framework counts', () => {
  const counted = `<script>self.__next_f.push([1,"1:T16,${BUILD_ORIGIN}"])</script>`
  expect(
    documentAtOwnOrigin(
      `<link href="${BUILD_ORIGIN}/p/a"/><script type="application/ld+json">{"url":"${BUILD_ORIGIN}"}</script>${counted}`,
    ),
  ).toBe(`<link href="${OWN}/p/a"/><script type="application/ld+json">{"url":"${OWN}"}</script>${counted}`)
})

test('a finished page names it in its head, its data and its tree, and its policy is of what it says then', () => {
  const long = `${BUILD_ORIGIN}/${'ä'.repeat(600)}`
  const told = JSON.stringify([1, `1:"${BUILD_ORIGIN}"\n${row('2', long)}3:"end"\n`])
  const { html } = finishPage(
    `<html><head><link rel="canonical" href="${BUILD_ORIGIN}/c/a"/></head><body><script>self.__next_f.push(${told})</script></body></html>`,
  )
  expect(html).not.toContain(BUILD_ORIGIN)
  expect(html).toContain(`<link rel="canonical" href="${OWN}/c/a"/>`)
  expect(html).toContain(JSON.stringify(`1:"${OWN}"\n${row('2', long.replace(BUILD_ORIGIN, OWN))}3:"end"\n`).slice(1, -1))
})

test('what the page cache gives out names it: the answers of routes, trees and their pieces; anything else stays what it was', () => {
  const tree = Buffer.from(`1:"${BUILD_ORIGIN}/p/a"\n`)
  const page = { value: { kind: 'APP_PAGE', rscData: tree, segmentData: new Map([['/_head', tree]]) }, lastModified: 1 }
  const owned = entryAtOwnOrigin(page)
  expect(owned.value.rscData.toString()).toBe(`1:"${OWN}/p/a"\n`)
  expect(owned.value.segmentData.get('/_head')?.toString()).toBe(`1:"${OWN}/p/a"\n`)
  expect(owned.lastModified).toBe(1)
  const route = { value: { kind: 'APP_ROUTE', body: Buffer.from(`<loc>${BUILD_ORIGIN}/</loc>`) } }
  expect(entryAtOwnOrigin(route).value.body.toString()).toBe(`<loc>${OWN}/</loc>`)
  for (const other of [{ value: { kind: 'APP_ROUTE', body: Buffer.from([0, 255, 1]) } }, { value: { kind: 'FETCH' } }, { value: null }])
    expect(entryAtOwnOrigin(other)).toBe(other)
})
