import { defineConfig } from '@playwright/test'
import { BROWSER_FLAGS } from './e2e/browser-flags.ts'

/** Journeys through the built store at STORE_URL, which scripts/test.ts has started. One at a time: they share its stock and two cores. */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '*.spec.ts',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  workers: 1,
  retries: 0,
  outputDir: '.saleday/playwright',
  use: {
    baseURL: process.env.STORE_URL,
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROME_PATH ?? '',
      args: BROWSER_FLAGS,
    },
  },
})
