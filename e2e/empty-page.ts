import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'

const project = path.resolve(import.meta.dirname, '..')

/**
 * Inside the project, so that it is built by the same framework, and by the same settings but for what is about a shop. Not in the state folder,
 * which may be somewhere else.
 */
const FOLDER = path.join(project, '.next-empty-page')

const FILES = {
  'package.json': '{ "name": "empty-page", "private": true }',
  'app/layout.jsx': 'export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html> }',
  'app/page.jsx': 'export default function Page() { return <main>Nothing</main> }',
  'next.config.mjs': `
    import configure from ${JSON.stringify(pathToFileURL(path.join(project, 'next.config.mjs')).href)}
    const { cacheHandler, distDir, ...config } = configure('')
    export default { ...config, turbopack: { root: ${JSON.stringify(project)} } }`,
}

/** Builds a page with nothing of anybody in it, and says how much script it starts with: the least that this framework can do. */
export async function measureEmptyPage(): Promise<number> {
  await fs.rm(FOLDER, { recursive: true, force: true })
  for (const [name, text] of Object.entries(FILES)) {
    await fs.mkdir(path.dirname(path.join(FOLDER, name)), { recursive: true })
    await fs.writeFile(path.join(FOLDER, name), text)
  }
  const next = path.join(project, 'node_modules/next/dist/bin/next')
  await promisify(execFile)(process.execPath, [next, 'build', FOLDER], { env: { ...process.env, NODE_ENV: 'production' } })
  const html = await fs.readFile(path.join(FOLDER, '.next/server/app/index.html'), 'utf8')
  const scripts = startingScripts(html).map((script) => fs.readFile(path.join(FOLDER, '.next', script.replace('/_next/', ''))))
  const length = gzippedLength(await Promise.all(scripts))
  await fs.rm(FOLDER, { recursive: true })
  return length
}

/** What is sent is compressed by whoever sends it, as he likes; this compares scripts, so it compresses all of them in one way. */
export function gzippedLength(scripts: readonly Uint8Array[]): number {
  return scripts.reduce((sum, script) => sum + gzipSync(script).length, 0)
}

/** Scripts that a document starts by itself: those that are marked up, and those that the script of a finished page will add (server/web/finish-page.ts). */
export function startingScripts(html: string): string[] {
  const marked = [...html.matchAll(/<script([^>]*)>/g)].map(([, attributes = '']) => attributes).filter((text) => !/ nomodule/i.test(text))
  const sources = marked.flatMap((text) => / src="([^"?]+)/.exec(text)?.[1] ?? [])
  const added = [...html.matchAll(/for\(const s of (\["[^\]]+"\])\)/g)].flatMap(([, list = '[]']) => JSON.parse(list) as string[])
  return [...new Set([...sources, ...added])]
}
