import fs from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { StepFailed } from './progress.ts'
import { takeLock } from './run-lock.mjs'

/** However long ago they were replaced. */
const KEPT_ALWAYS = 3
/** As long as a page of theirs may still be open somewhere, or kept by a search engine. */
const KEPT_MS = 30 * 24 * 3600 * 1000
/** A developer builds more often than a shop is deployed. */
const KEPT_AT_MOST = 50

const LOCK_PATIENCE_MS = 30_000
const LOOK_MS = 20

/** What a file system says that cannot give a file a second name there: another one, one without links, or a file with too many of them. */
const NO_LINK = ['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK']

type Release = { readonly name: string; readonly keptAtMs: number; readonly files: readonly string[] }

/**
 * Keeps the files that pages of a build ask for, where they outlive it: who has a page open when the next release goes out still asks for
 * those of the release before. Their names are hashes of their content, so that releases share what they have in common.
 *
 *   _next/static/   the files, as they are addressed
 *   releases/       what each release needs, a path a line; the newest is the one that was kept last
 *
 * Safe to repeat, from several processes at once, and after a crash at any point: a release is on the list before its files are there, and
 * a file is there whole or not at all. Returns the releases that were let go of.
 */
export async function keepAssets(build: string, assets: string): Promise<string[]> {
  const release = fs.readFileSync(path.join(build, 'BUILD_ID'), 'utf8')
  const from = path.join(build, 'static')
  const to = path.join(assets, '_next', 'static')
  const lists = path.join(assets, 'releases')
  for (const folder of [to, lists]) fs.mkdirSync(folder, { recursive: true })

  const letGo = await lock(assets)
  try {
    const files = filesIn(from)
    putWhole(path.join(lists, release), (draft) => fs.writeFileSync(draft, `${files.join('\n')}\n`))
    for (const file of files) linkOrCopy(path.join(from, file), path.join(to, file))
    return forgetOld(lists, to)
  } finally {
    letGo()
  }
}

/** Two at once could let go of a file and count on it. */
async function lock(folder: string): Promise<() => void> {
  const giveUpAt = Date.now() + LOCK_PATIENCE_MS
  for (;;) {
    const { release, owner } = takeLock(folder)
    if (release) return release
    if (Date.now() > giveUpAt) {
      throw new StepFailed(
        'The files of this release could not be kept',
        `process ${owner.pid} has been at it for too long`,
        'If it hangs, end it, then start again.',
      )
    }
    await setTimeout(LOOK_MS)
  }
}

/** Removes what no release that stays has need of, drafts of those who died included. */
function forgetOld(lists: string, to: string): string[] {
  const releases = readReleases(lists)
  const gone = releases.filter((_, i) => !staysAt(releases, i))
  for (const { name } of gone) fs.rmSync(path.join(lists, name))
  const needed = new Set(releases.filter((release) => !gone.includes(release)).flatMap(({ files }) => files))
  for (const file of filesIn(to)) if (!needed.has(file)) fs.rmSync(path.join(to, file))
  removeEmpty(to)
  return gone.map(({ name }) => name)
}

/** Of releases from the newest on: one is over when the next one is kept, not when it was built itself. */
function staysAt(releases: readonly Release[], at: number): boolean {
  const replacedAtMs = releases[at - 1]?.keptAtMs ?? Number.POSITIVE_INFINITY
  return at < KEPT_ALWAYS || (at < KEPT_AT_MOST && replacedAtMs > Date.now() - KEPT_MS)
}

function readReleases(lists: string): Release[] {
  const read = (name: string): Release => {
    const list = path.join(lists, name)
    return { name, keptAtMs: fs.statSync(list).mtimeMs, files: fs.readFileSync(list, 'utf8').trimEnd().split('\n') }
  }
  return fs
    .readdirSync(lists)
    .filter((name) => !name.startsWith('.'))
    .map(read)
    .sort((a, b) => b.keptAtMs - a.keptAtMs)
}

/** Paths below a folder of everything in it that is no folder. */
function filesIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
}

function linkOrCopy(from: string, to: string): void {
  fs.mkdirSync(path.dirname(to), { recursive: true })
  try {
    fs.linkSync(from, to)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (!NO_LINK.includes(code)) throw error
    putWhole(to, (draft) => fs.copyFileSync(from, draft))
  }
}

/** The name begins as no file of a release does. */
function putWhole(target: string, write: (draft: string) => void): void {
  const draft = path.join(path.dirname(target), `.${path.basename(target)}.part`)
  write(draft)
  fs.renameSync(draft, target)
}

function removeEmpty(folder: string): void {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const inside = path.join(folder, entry.name)
    removeEmpty(inside)
    if (fs.readdirSync(inside).length === 0) fs.rmdirSync(inside)
  }
}
