import fs from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const asBrotli = promisify(brotliCompress)
const asGzip = promisify(gzip)

/** Fonts and pictures are compressed already. */
const TEXT = /\.(js|css|json|map|svg|txt)$/

/** Puts a `.br` and a `.gz` beside each file of a build that is smaller for it: made once, as small as they get, and sent for as long as it is kept. */
export async function compressAssets(build: string): Promise<void> {
  const files = fs
    .readdirSync(path.join(build, 'static'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && TEXT.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
  await Promise.all(files.map(compress))
}

async function compress(file: string): Promise<void> {
  const bytes = await readFile(file)
  const options = {
    params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }
  const [br, gz] = await Promise.all([asBrotli(bytes, options), asGzip(bytes, { level: constants.Z_BEST_COMPRESSION })])
  if (br.length < bytes.length) await writeFile(`${file}.br`, br)
  if (gz.length < bytes.length) await writeFile(`${file}.gz`, gz)
}
