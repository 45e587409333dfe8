import fs from 'node:fs'
import path from 'node:path'
import subsetFont from 'subset-font'

/**
 * `node scripts/cut-font.ts`: cuts the shop's one typeface, Besley (SIL Open Font License 1.1), down to the letters and weights that its
 * pages use, and writes components/besley.woff2, which is kept in the repository. Run it when LETTERS or WEIGHTS change.
 */
const project = path.dirname(import.meta.dirname)
const SOURCE = path.join(project, 'node_modules/@fontsource-variable/besley/files/besley-latin-wght-normal.woff2')
const TARGET = path.join(project, 'components/besley.woff2')

/** What western European names, addresses and our texts are made of; anything rarer is shown in the fallback. */
const LETTERS = [
  Array.from({ length: 0x7f - 0x20 }, (_, i) => String.fromCodePoint(0x20 + i)).join(''),
  'ÀÁÂÄÅÆÇÈÉÊËÍÎÓÔÖØÚÜßàáâäåæçèéêëìíîïñòóôöøùúüœŒ',
  '–—‘’“”…•€×·→←°½£©\u00a0',
].join('')
const WEIGHTS = { min: 400, max: 600 }

const cut = await subsetFont(fs.readFileSync(SOURCE), LETTERS, { targetFormat: 'woff2', variationAxes: { wght: WEIGHTS } })
fs.writeFileSync(TARGET, cut)
console.log(`${path.relative(project, TARGET)}: ${cut.length} bytes, of ${fs.statSync(SOURCE).size}`)
