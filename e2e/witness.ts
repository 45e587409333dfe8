import type { BrowserContext } from '@playwright/test'

/**
 * Writes down whatever a browser complains of, what a page's policy forbids it, and every request that leaves this machine. React throws what it
 * finds different on hydration, and the browser says it. A request that is given up because the shopper goes on is nobody's fault.
 */
export async function witness(context: BrowserContext): Promise<string[]> {
  const seen: string[] = []
  await context.addInitScript(sayViolations)
  context.on('weberror', (error) => seen.push(`threw: ${error.error()}`))
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      seen.push(`console ${message.type()}: ${message.text()} at ${message.location().url}`)
  })
  context.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    if (protocol.startsWith('http') && !['localhost', '127.0.0.1'].includes(hostname)) seen.push(`left this machine: ${request.url()}`)
  })
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? ''
    // A browser without JavaScript says `csp` of each script that it does not load.
    if (why !== 'net::ERR_ABORTED' && why !== 'csp') seen.push(`failed: ${request.url()} ${why}`)
  })
  context.on('response', (response) => {
    if (response.status() >= 500) seen.push(`answered ${response.status()}: ${response.url()}`)
  })
  return seen
}

/** Runs in each page: the browser's own words on a violation do not tell where in the page it was. */
function sayViolations(): void {
  document.addEventListener('securitypolicyviolation', (violation) => {
    const { effectiveDirective, blockedURI, sourceFile, lineNumber, sample } = violation
    // biome-ignore lint/suspicious/noConsole: what a page says there is what a witness hears.
    console.error(`policy violated: ${effectiveDirective} ${blockedURI} ${sourceFile}:${lineNumber} ${sample}`)
  })
}
