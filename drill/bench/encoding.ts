import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { IMAGE_FORMATS } from '#/domain/image-variants.ts'
import { decodePhoto } from '#/server/media/decoder.ts'
import { encodeVariant, openSource } from '#/server/media/encode-photo.ts'
import { variantsOf } from '#/server/media/variant-files.ts'
import type { Finding, Measurement } from './measurement.ts'
import { spreadOf } from './spread.ts'

/** A plain one, one full of leaves, and one in the dark. */
const PHOTOS = ['black-running-shoe.jpg', 'trailing-succulent.jpg', 'aluminium-laptop.jpg']

/** What the variants of a photograph cost at the settings of the media worker: seconds of one core, and bytes. */
export const encoding: Measurement = {
  name: 'encoding',
  title: 'A photograph’s variants',
  async run({ project, say }) {
    const findings: Finding[] = []
    for (const format of IMAGE_FORMATS) {
      const [seconds, kilobytes]: [number[], number[]] = [[], []]
      let widths: number[] = []
      for (const file of PHOTOS) {
        say(`${format} of ${file}`)
        const bytes = await readFile(path.join(project, 'prisma/photos', file))
        const { autoOrient } = await decodePhoto(bytes).metadata()
        const { width } = autoOrient
        const variants = variantsOf(width).filter((variant) => variant.format === format)
        widths = variants.map((variant) => variant.width)
        const before = process.cpuUsage()
        let size = 0
        const source = await openSource(bytes, Math.max(...widths))
        for (const variant of variants) size += (await encodeVariant(source, variant)).length
        const { user, system } = process.cpuUsage(before)
        seconds.push((user + system) / 1e6)
        kilobytes.push(size / 1000)
      }
      const notes = [`${widths.join(', ')} pixels wide; ${PHOTOS.join(', ')}`]
      findings.push({
        what: `${format}, a photograph`,
        ratio: null,
        aim: null,
        figure: spreadOf(seconds),
        floor: null,
        unit: 's of CPU',
        notes,
      })
      findings.push({
        what: `${format}, all widths`,
        ratio: null,
        aim: null,
        figure: spreadOf(kilobytes),
        floor: null,
        unit: 'KB',
        notes: [],
      })
    }
    return findings
  },
}
