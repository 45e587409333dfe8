import { encoding } from './encoding.ts'
import { runBench } from './run-bench.ts'
import { sending } from './sending.ts'

/** `npm run bench:pages`: how fast finished pages are sent, and what a photograph costs. */
await runBench('bench:pages', [sending, encoding])
