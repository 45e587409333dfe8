import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect } from '@playwright/test'
import type { Shopper } from './shopper.ts'

/** What the merchant does with orders, by `npm run orders`, on the servers of the store that the journeys are for. */
export async function orders(...args: string[]): Promise<void> {
  const cwd = path.dirname(import.meta.dirname)
  await promisify(execFile)(process.execPath, ['scripts/orders.ts', ...args, '--yes'], { cwd, timeout: 60_000 })
}

/** Sends a paid order whose page a shopper has open, gives back €1.50 of it, and waits until the page tells of both. */
export async function sendAndRefundPart(shopper: Shopper, orderId: string): Promise<void> {
  const { page } = shopper
  await orders('ship', orderId, '--carrier', 'An Post', '--tracking', 'CE123456789IE')
  await orders('refund', orderId, '--amount', '1.50')
  await expect(async () => {
    await page.reload()
    await expect(page.locator('[data-refund-state=SUCCEEDED]')).toContainText('€1.50', { timeout: 500 })
  }).toPass()
  await shopper.seesOrderState('FULFILLED')
}
