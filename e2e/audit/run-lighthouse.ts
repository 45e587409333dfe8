import { chromium } from '@playwright/test'
import { launch } from 'chrome-launcher'
import lighthouse, { desktopConfig, type Flags } from 'lighthouse'
import { BROWSER_FLAGS } from '../browser-flags.ts'
import type { Form } from './audit-page.ts'
import type { ReachedPage } from './reach-pages.ts'
import type { LighthouseResult } from './read-result.ts'

const FLAGS = ['--headless=new', '--hide-scrollbars', ...BROWSER_FLAGS]
/** Not those that are about agents instead of shoppers. */
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo']

export type LighthouseRun = { readonly result: LighthouseResult; readonly html: string }

/**
 * One run, in a browser that has seen nothing before but the shopper's cookies. The telephone is Lighthouse's own, on its slow line, both
 * simulated; the desk is, too.
 */
export async function runLighthouse({ url, cookies }: ReachedPage, form: Form, chromePath: string): Promise<LighthouseRun> {
  const chrome = await launch({ chromePath, chromeFlags: FLAGS, logLevel: 'silent', handleSIGINT: false })
  try {
    await giveCookies(chrome.port, cookies)
    const flags: Flags = { port: chrome.port, output: 'html', logLevel: 'silent', disableStorageReset: true, onlyCategories: CATEGORIES }
    const ended = await lighthouse(url, flags, form === 'desktop' ? desktopConfig : undefined)
    if (!ended) throw new Error(`Lighthouse had nothing to say of ${url}`)
    const { lhr, report } = ended
    if (lhr.runtimeError) throw new Error(`Lighthouse could not look at ${url}: ${lhr.runtimeError.message}`)
    return { result: lhr, html: String(report) }
  } finally {
    chrome.kill()
  }
}

async function giveCookies(port: number, cookies: ReachedPage['cookies']): Promise<void> {
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
  await browser.contexts()[0]?.addCookies([...cookies])
  await browser.close() // it is let go of, and stays
}
