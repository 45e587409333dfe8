import fs from 'node:fs'
import path from 'node:path'
import { findBrowser } from './browser.ts'
import { copyPhotos } from './kept-photos.ts'
import type { Progress } from './progress.ts'
import type { StateFolder } from './state-folder.ts'
import { runCheck, runSuite, type Suite } from './suites.ts'
import { addTallies, FAILED, PASSED, readPlaywrightReport, type Tally } from './tally.ts'
import { startTestStore, type TestStore } from './test-store.ts'

const JOURNEYS_TIMEOUT_MS = 1_500_000

export type Journeys = { run(): Promise<Tally>; stop(): Promise<void> }

/** A store of their own, and a browser in front of it. Where one of these fails, the journeys count as one that failed. */
export function prepareJourneys(project: string, state: StateFolder, progress: Progress): Journeys {
  let store: TestStore | null = null
  const stop = async () => store?.stop()
  const run = async () => {
    let suite: Suite | null = null
    const ready = await runCheck(
      'store and browser',
      async (say) => {
        store = await startTestStore()
        copyPhotos(state.media, store.env.MEDIA_DIR ?? '')
        const browser = await findBrowser(project, state.tools)
        suite = journeySuite(store, state.reports, browser)
        say(`${store.url}, ${browser.CHROME_PATH}`)
      },
      progress,
    )
    const tally = suite && ready === PASSED ? await runSuite(suite, progress) : FAILED
    if (store) copyPhotos(store.env.MEDIA_DIR ?? '', state.media)
    if (tally.failed > 0 && store) keepLogs(store, state.reports, progress)
    await stop()
    return addTallies([ready, tally])
  }
  return { run, stop }
}

function journeySuite(store: TestStore, reports: string, browser: Record<string, string>): Suite {
  const file = path.join(reports, `playwright.${process.pid}.json`)
  const env = {
    ...process.env,
    ...store.env,
    ...browser,
    STORE_URL: store.url,
    NEXT_DIST_DIR: path.basename(store.buildFolder),
    MAIL_PAGE_URL: store.mail.page,
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
    NO_COLOR: '1',
  }
  const args = ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json']
  return { name: 'browser journeys', args, env, timeoutMs: JOURNEYS_TIMEOUT_MS, report: { file, read: readPlaywrightReport } }
}

/** What the store said while a journey failed. */
function keepLogs(store: TestStore, reports: string, progress: Progress): void {
  const kept = path.join(reports, 'journeys')
  fs.rmSync(kept, { recursive: true, force: true })
  fs.cpSync(store.logs, kept, { recursive: true })
  progress.say(`What the store said meanwhile is in ${kept}.`)
}
