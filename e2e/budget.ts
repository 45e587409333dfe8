import type { Kind } from './visit.ts'

/**
 * What a page may cost before a shopper touches it, on every screen: bytes as they come over the line, without headers. Each is what was
 * measured and a little room. Who needs more raises the figure here, and says in the commit what shoppers get for it.
 */
export type Budget = {
  readonly bytes: Readonly<Record<Kind, number>>
  /** Of the pictures that stand on the first screen, all together. Those further down are in `bytes.image`, as far as a browser asks early. */
  readonly firstScreenBytes: number
  readonly requests: number
  /** Whether a photograph is what is largest at last, and what the document preloads. */
  readonly opensWithPhotograph?: boolean
}

/** Framework, a handful of islands, and what they load when nothing else is left to do. */
const SCRIPT = 160_000
/** One file for every weight that is used. */
const FONT = 28_000
/** The sheet stands in the document. */
const NO_STYLE = 0
/** The cart drawer's sheet, and two that it shares with pages, come with its code when nothing else is left to do. */
const DRAWER_STYLE = 2_500
/** The second photograph of the gallery is there before somebody swipes to it. */
const GALLERY = 130_000

export const BUDGETS: Readonly<Record<string, Budget>> = {
  '/': {
    bytes: { document: 16_000, script: SCRIPT, style: NO_STYLE, font: FONT, image: 345_000, other: 4_000 },
    firstScreenBytes: 90_000,
    requests: 35,
  },
  '/sale/sale-day': {
    bytes: { document: 12_000, script: SCRIPT, style: NO_STYLE, font: FONT, image: 240_000, other: 4_000 },
    firstScreenBytes: 110_000,
    requests: 35,
  },
  '/c/shoes': {
    bytes: { document: 11_000, script: SCRIPT, style: NO_STYLE, font: FONT, image: 120_000, other: 4_000 },
    firstScreenBytes: 85_000,
    requests: 25,
  },
  '/c/everything': {
    bytes: { document: 15_000, script: SCRIPT, style: NO_STYLE, font: FONT, image: 460_000, other: 4_000 },
    firstScreenBytes: 85_000,
    requests: 40,
  },
  '/p/canvas-high-tops': {
    bytes: { document: 15_500, script: SCRIPT, style: DRAWER_STYLE, font: FONT, image: GALLERY, other: 4_000 },
    firstScreenBytes: 60_000,
    requests: 25,
    opensWithPhotograph: true,
  },
  '/p/mechanical-keyboard': {
    bytes: { document: 15_500, script: SCRIPT, style: DRAWER_STYLE, font: FONT, image: GALLERY, other: 4_000 },
    firstScreenBytes: 60_000,
    requests: 25,
    opensWithPhotograph: true,
  },
  '/cart': {
    bytes: { document: 12_000, script: SCRIPT, style: NO_STYLE, font: FONT, image: 30_000, other: 4_000 },
    firstScreenBytes: 30_000,
    requests: 20,
  },
  '/checkout': {
    bytes: { document: 13_000, script: SCRIPT, style: NO_STYLE, font: FONT, image: 30_000, other: 4_000 },
    firstScreenBytes: 30_000,
    requests: 20,
  },
}

/** Script, in gzip, that a product page starts with beyond an empty page: the budget. A second island that starts at once would be felt. */
export const PRODUCT_SCRIPT_BYTES = 2048

/** In gzip: an empty page of Next 16.4, built as ours are. */
export const FRAMEWORK_SCRIPT_BYTES = 135_000

/** The sum of all shifts of a visit, from the first byte to the end of the page. Lighthouse counts only the first screen's. */
export const LAYOUT_SHIFT = 0.01

/** Of the sheet that stands in a page at most so much is for neither a telephone nor a desk: states that are not seen, and a neighbour's rules. */
export const UNUSED_STYLE_SHARE = 0.65
/** Characters of the sheet, before compression, so that it goes on making sense to have it in every document. */
export const SHEET_LENGTH = 20_000

/** What moving over links may load beyond the page. */
export const PREFETCH = { requests: 10, bytes: 20_000 } as const
