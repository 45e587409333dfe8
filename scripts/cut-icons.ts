import fs from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'

/**
 * `node scripts/cut-icons.ts`: makes every picture that stands for the shop of one drawing, public/icon.svg, and writes them into public,
 * where they are kept in the repository. Run it when the drawing changes.
 */
const folder = path.join(path.dirname(import.meta.dirname), 'public')
const drawing = fs.readFileSync(path.join(folder, 'icon.svg'))
/** The paper of the light scheme, for where a picture must not be transparent. */
const PAPER = '#fcfaf6'

/** A square PNG. `share` of its side is the drawing's, in the middle; the rest is margin. */
async function picture(side: number, share = 1, background?: string): Promise<Buffer> {
  const inner = Math.round(side * share)
  const margin = Math.floor((side - inner) / 2)
  const drawn = await sharp(drawing, { density: 72 * Math.max(1, inner / 32) })
    .resize(inner, inner)
    .png()
    .toBuffer()
  const ground = sharp({ create: { width: side, height: side, channels: 4, background: background ?? { r: 0, g: 0, b: 0, alpha: 0 } } })
  const composed = sharp(
    await ground
      .composite([{ input: drawn, left: margin, top: margin }])
      .png()
      .toBuffer(),
  )
  return (background ? composed.removeAlpha() : composed).png({ palette: true, compressionLevel: 9, effort: 10 }).toBuffer()
}

/** An icon file of one PNG. Source: https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10) */
function icon(png: Buffer, side: number): Buffer {
  const head = Buffer.alloc(22)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(1, 4)
  head.writeUInt8(side, 6)
  head.writeUInt8(side, 7)
  head.writeUInt16LE(1, 10)
  head.writeUInt16LE(32, 12)
  head.writeUInt32LE(png.length, 14)
  head.writeUInt32LE(head.length, 18)
  return Buffer.concat([head, png])
}

const files: Record<string, Buffer> = {
  'favicon.ico': icon(await picture(32), 32),
  'icon-192.png': await picture(192),
  'icon-512.png': await picture(512),
  // Telephones cut it to a circle of four fifths: the drawing lies well within.
  'icon-maskable-512.png': await picture(512, 0.56, PAPER),
  'apple-touch-icon.png': await picture(180, 0.72, PAPER),
}
for (const [name, bytes] of Object.entries(files)) {
  fs.writeFileSync(path.join(folder, name), bytes)
  console.log(`public/${name}: ${bytes.length} bytes`)
}
