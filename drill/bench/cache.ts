import { atEdge } from './at-edge.ts'
import { missing } from './missing.ts'
import { reading } from './reading.ts'
import { runBench } from './run-bench.ts'
import { steady } from './steady.ts'

/** `npm run bench:cache`: what the layers of caches save, and what they cost where they have nothing. */
await runBench('bench:cache', [atEdge, reading, steady, missing])
