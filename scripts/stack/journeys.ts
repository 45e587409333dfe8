import fs from 'node:fs'
import path from 'node:path'
import { findBrowser } from './browser.ts'
import { buildStore } from './build.ts'
import { freePort } from './ports.ts'
import type { Progress } from './progress.ts'
import { importSeed } from './seed.ts'
import type { StateFolder } from './state-folder.ts'
import { storeServices } from './store-services.ts'
import { runCheck, runSuite, type Suite } from './suites.ts'
import { addTallies, FAILED, readPlaywrightReport, type Tally } from './tally.ts'
import { startTestStack, type TestStack } from './test-stack.ts'

const DIST_DIR = '.next-test'
const JOURNEYS_TIMEOUT_MS = 1_500_000

/**
 * The store built in a folder of its own, on servers of its own, and a browser in front of it. Each step counts as a check; where one fails,
 * the journeys count as one that failed. `stop` ends what is there of it.
 */
export function prepareJourneys(project: string, state: StateFolder, progress: Progress): { run(): Promise<Tally>; stop(): Promise<void> } {
  let stack: TestStack | null = null
  const stop = async () => stack?.stop()
  const run = async () => {
    const port = await freePort()
    let suite: Suite | undefined
    const steps: Tally[] = []
    const step = async (name: string, act: (say: (detail: string) => void) => Promise<void>) => {
      if (steps.every(({ failed }) => failed === 0)) steps.push(await runCheck(name, act, progress))
    }
    await step('production build', async (say) => {
      stack = await startTestStack({ catalogue: 'seed', port })
      const catalogue = await importSeed(project, stack.postgres.url, stack.logs)
      const logFile = path.join(state.reports, 'build.log')
      fs.rmSync(logFile, { force: true })
      const built = await buildStore({ project, distDir: DIST_DIR, env: stack.env, catalogue, logFile, onLine: say })
      say(built ? 'made' : 'unchanged')
    })
    await step('store', async (say) => {
      if (!stack) return
      const { launch, logs, env } = stack
      const { web, workers, media } = storeServices({ project, distDir: DIST_DIR, port, logs, env })
      await Promise.all([web, workers, media].map((service) => launch(service)))
      say(`open at http://localhost:${port}`)
    })
    await step('browser', async (say) => {
      const browser = await findBrowser(project, state.tools)
      if (stack) suite = journeySuite(stack, port, state.reports, browser)
      say(browser.CHROME_PATH ?? '')
    })
    const tally = suite ? await runSuite(suite, progress) : FAILED
    if (tally.failed > 0 && stack) keepLogs(stack, state.reports, progress)
    await stop()
    return addTallies([...steps, tally])
  }
  return { run, stop }
}

function journeySuite(stack: TestStack, port: number, reports: string, browser: Record<string, string>): Suite {
  const file = path.join(reports, `playwright.${process.pid}.json`)
  const env = {
    ...process.env,
    ...stack.env,
    ...browser,
    STORE_URL: `http://localhost:${port}`,
    MAIL_URL: stack.mail.page,
    STACK_LOGS: stack.logs,
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
    NO_COLOR: '1',
  }
  const args = ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json']
  return { name: 'browser journeys', args, env, timeoutMs: JOURNEYS_TIMEOUT_MS, report: { file, read: readPlaywrightReport } }
}

/** What the store said while a journey failed. */
function keepLogs(stack: TestStack, reports: string, progress: Progress): void {
  const kept = path.join(reports, 'journeys')
  fs.rmSync(kept, { recursive: true, force: true })
  fs.cpSync(stack.logs, kept, { recursive: true })
  progress.say(`What the store said meanwhile is in ${kept}.`)
}
