import fs from 'node:fs'
import path from 'node:path'
import { killAll } from 'chrome-launcher'
import { busyWarning, describeMachine, sharedLoad } from '#/drill/bench/machine.ts'
import { findBrowser } from '#/scripts/stack/browser.ts'
import { copyPhotos } from '#/scripts/stack/kept-photos.ts'
import { onEndSignals } from '#/scripts/stack/on-end-signals.ts'
import { explain, Progress } from '#/scripts/stack/progress.ts'
import { endCommands } from '#/scripts/stack/run-command.ts'
import { openStateFolder } from '#/scripts/stack/state-folder.ts'
import { sweepTestStacks } from '#/scripts/stack/sweep-test-stacks.ts'
import { prepareTestBuild, startTestStore, type TestStore } from '#/scripts/stack/test-store.ts'
import { type AuditPage, FORMS } from './audit-page.ts'
import { FIGURES, type Measured, middleRun, missesOf } from './judge.ts'
import { readAuditOptions } from './options.ts'
import { type ReachedPage, reachPages } from './reach-pages.ts'
import { readResult } from './read-result.ts'
import { fileOf, reportOf } from './report.ts'
import { type LighthouseRun, runLighthouse } from './run-lighthouse.ts'
import { tableOf } from './table.ts'

/**
 * `npm run audit`: Lighthouse on the pages that shoppers see, on a telephone and at a desk, in a store of its own. Leaves a report; ends with
 * 1 where a target is missed.
 */
const project = path.resolve(import.meta.dirname, '../..')
const progress = new Progress()
let store = null as TestStore | null
let interrupted: Promise<never> | null = null

// A second one changes nothing.
onEndSignals((code) => {
  interrupted ??= interrupt(code)
})

try {
  const { runs, pages } = readAuditOptions(process.argv.slice(2))
  const misses = await audit(pages, runs)
  await interrupted
  process.exit(misses > 0 ? 1 : 0)
} catch (error) {
  await interrupted
  progress.say(`\n${explain(error)}\n`)
  await store?.stop()
  process.exit(1)
}

async function audit(pages: readonly AuditPage[], runs: number): Promise<number> {
  const state = openStateFolder(project)
  await sweepTestStacks(state.tests)
  const folder = path.join(state.reports, 'audit')
  const warning = busyWarning(await sharedLoad())
  await progress.step('production build', async (say) => say((await prepareTestBuild(state, say)) ? 'made' : 'unchanged'))
  const opened = await progress.step('store and browser', async (say) => {
    const started = await startTestStore()
    store = started
    copyPhotos(state.media, started.env.MEDIA_DIR ?? '')
    // What journeys are told, too.
    Object.assign(process.env, started.env, await findBrowser(project, state.tools), {
      STORE_URL: started.url,
      MAIL_PAGE_URL: started.mail.page,
    })
    say(`${started.url}, ${process.env.CHROME_PATH}`)
    return started
  })
  const reached = await progress.step('shoppers on their way', (say) => reachPages(pages, say))
  copyPhotos(opened.env.MEDIA_DIR ?? '', state.media)
  await opened.workers.kill() // they have nothing to do here and would share a core

  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder, { recursive: true })
  const measured: Measured[] = []
  for (const page of reached) measured.push(...(await measure(page, runs, folder)))
  await opened.stop()

  const pictures = Object.fromEntries(reached.map(({ page, pictures: taken }) => [page.name, taken]))
  const report = path.join(folder, 'index.html')
  fs.writeFileSync(report, reportOf({ measured, pictures, machine: describeMachine(), when: new Date().toUTCString(), warning }))
  const misses = measured.flatMap(missesOf)
  progress.say(`\n${tableOf(measured)}\n`)
  if (warning) progress.say(`! ${warning}`)
  for (const miss of misses) progress.say(`✗ ${miss}`)
  progress.say(`${misses.length === 0 ? 'Every target is met' : `${misses.length} missed`}: ${report}`)
  return misses.length
}

/** A page in both forms, run by run. Keeps Lighthouse's own words on the middle run of each. */
async function measure(reached: ReachedPage, runs: number, folder: string): Promise<Measured[]> {
  const { page } = reached
  const measured: Measured[] = []
  for (const form of FORMS) {
    const ended = await progress.step(`${page.name}, ${form}`, async (say) => {
      const all: (LighthouseRun & { run: ReturnType<typeof readResult> })[] = []
      while (all.length < runs) {
        const told = all.map(({ run }) => run.performance).join(', ')
        say(`run ${all.length + 1} of ${runs}${told && `, so far ${told}`}`)
        const one = await runLighthouse(reached, form, process.env.CHROME_PATH ?? '')
        all.push({ ...one, run: readResult(one.result, { isToBeFound: page.kind === 'public' }) })
      }
      say(all.map(({ run }) => `${run.performance} (LCP ${FIGURES.lcpMs.write(run.lcpMs)})`).join(', '))
      return all
    })
    const own = ended.map(({ run }) => run)
    fs.writeFileSync(path.join(folder, fileOf({ page, form })), ended[middleRun(own)]?.html ?? '')
    measured.push({ page, form, runs: own })
  }
  return measured
}

/** Leaves neither a browser nor a store behind. */
async function interrupt(code: number): Promise<never> {
  progress.cutShort()
  endCommands()
  killAll()
  await store?.stop()
  process.exit(code)
}
