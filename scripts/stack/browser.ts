import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { StepFailed } from './progress.ts'
import { makeToolFolder } from './tool-folder.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const BUNDLES = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium']
const START_TIMEOUT_MS = 20_000

/**
 * A Chromium, as the environment that a test of ours needs: CHROME_PATH as it is, else Playwright's own, else the system's, else the one
 * that comes inside the npm package @sparticuz/chromium, unpacked once into `tools` with its libraries and fonts. Throws `StepFailed` when
 * none of them starts.
 */
export async function findBrowser(project: string, tools: string, outside = process.env): Promise<Record<string, string>> {
  if (outside.CHROME_PATH) return { CHROME_PATH: outside.CHROME_PATH }
  const { chromium } = await import('@playwright/test')
  const folders = (outside.PATH ?? '').split(path.delimiter)
  const installed = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)))
  for (const candidate of [chromium.executablePath(), ...installed, ...BUNDLES]) {
    if (fs.existsSync(candidate) && whyNotStarting(candidate, {}) === null) return { CHROME_PATH: candidate }
  }
  return unpackChromium(project, tools)
}

async function unpackChromium(project: string, tools: string): Promise<Record<string, string>> {
  const packaged = path.join(project, 'node_modules', '@sparticuz', 'chromium')
  const { version } = JSON.parse(fs.readFileSync(path.join(packaged, 'package.json'), 'utf8')) as { version: string }
  const folder = await makeToolFolder(tools, `chromium-${version}`, (draft) => inflateInto(draft, path.join(packaged, 'bin')))
  const fontsConf = path.join(folder, 'fonts.conf')
  fs.writeFileSync(fontsConf, fontsIn(folder))
  const browser = {
    CHROME_PATH: path.join(folder, 'chromium'),
    LD_LIBRARY_PATH: path.join(folder, 'al2023', 'lib'),
    FONTCONFIG_FILE: fontsConf,
  }
  const why = whyNotStarting(browser.CHROME_PATH, browser)
  if (why === null) return browser
  throw new StepFailed('There is no browser', why, 'Install one (`apt-get install chromium`), or set CHROME_PATH.')
}

/** The package unpacks into the folder for temporary files, whatever that is at the time. */
async function inflateInto(folder: string, packed: string): Promise<void> {
  const { TMPDIR } = process.env
  process.env.TMPDIR = folder
  try {
    const { inflate } = await import('@sparticuz/chromium')
    await Promise.all(fs.readdirSync(packed).map((name) => inflate(path.join(packed, name))))
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  }
}

/** Its own list of font folders does not name this one, and a Chromium that finds no font dies at the first form field. */
function fontsIn(folder: string): string {
  const places = [path.join(folder, 'fonts'), '/usr/share/fonts'].map((place) => `<dir>${place}</dir>`).join('')
  const cache = `<cachedir>${path.join(folder, 'font-cache')}</cachedir>`
  return `<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>${places}${cache}</fontconfig>\n`
}

function whyNotStarting(command: string, env: Record<string, string>): string | null {
  const { status, stderr, error } = spawnSync(command, ['--version'], {
    env: { ...process.env, ...env },
    timeout: START_TIMEOUT_MS,
    encoding: 'utf8',
  })
  return status === 0 ? null : `${command} does not start: ${error?.message ?? stderr.trim()}`
}
