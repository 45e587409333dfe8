import { startBenchStore } from './bench-store.ts'
import { Child } from './child.ts'
import type { Finding, Measurement } from './measurement.ts'
import { number } from './report.ts'
import type { Answered, handlers } from './shopper-client.ts'
import { spreadOf } from './spread.ts'

/** Shares of what the store acknowledged when everybody waited for their turn. The last is more than it can do. */
const SHARES = [0.25, 0.5, 0.75, 1, 1.25] as const
const CLIENTS = 64

/** How long a shopper waits from the press to the way to "Order received" while others keep coming at a steady rate. */
export const answering: Measurement = {
  name: 'answering',
  title: "The shopper's answer, from an open loop",
  async run({ seconds, rounds, project, profiles, say }) {
    const store = await startBenchStore(project, say)
    const shoppers = new Child<typeof handlers>('shopper-client.ts', store.env, profiles)
    const form = store.checkout
    try {
      say('how much it takes')
      await shoppers.ask('pressFor', { form, clients: CLIENTS, seconds: 1 })
      const { perSecond } = await shoppers.ask('pressFor', { form, clients: CLIENTS, seconds: 2 * seconds })
      const findings: Finding[] = []
      for (const share of SHARES) {
        const offered = Math.max(1, perSecond * share)
        say(`${number(offered)} presses a second`)
        const seen: Answered[] = []
        for (let round = 0; round < rounds; round += 1)
          seen.push(await shoppers.ask('offer', { form, perSecond: offered, seconds: 2 * seconds }))
        findings.push(findingOf(share, offered, seen))
      }
      return findings
    } finally {
      await shoppers.stop()
      await store.stop()
    }
  },
}

function findingOf(share: number, offered: number, seen: readonly Answered[]): Finding {
  const sum = (read: (one: Answered) => number) => seen.reduce((total, one) => total + read(one), 0)
  const middle = (read: (one: Answered) => number) => number(spreadOf(seen.map(read)).median)
  const refused = seen.flatMap((one) => Object.entries(one.refused)).map(([where, count]) => `${count} led to ${where}`)
  return {
    what: `p99 at ${number(offered)} a second (${share} of what it takes)`,
    ratio: null,
    aim: null,
    figure: spreadOf(seen.map((one) => one.p99Ms)),
    floor: null,
    unit: 'ms',
    notes: [
      `p50 ${middle((one) => one.p50Ms)}, p99 ${middle((one) => one.p99Ms)}, p99.9 ${middle((one) => one.p999Ms)}, longest ${middle((one) => one.maxMs)} ms, since the press was meant to be sent`,
      `offered ${sum((one) => one.offered)}, sent ${sum((one) => one.sent)}, dropped ${sum((one) => one.offered - one.sent)}, answered ${sum((one) => one.answered)}, without an answer ${sum((one) => one.failed)}${refused.map((text) => `, ${text}`).join('')}`,
      `everything runs: web, workers, gateway, mail; the generator was late by ${middle((one) => one.lateMs)} ms at worst`,
    ],
  }
}
