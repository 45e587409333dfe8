import { acknowledging } from './acknowledging.ts'
import { answering } from './answering.ts'
import { confirming } from './confirming.ts'
import { intake } from './intake.ts'
import { placing } from './placing.ts'
import { runBench } from './run-bench.ts'

/** `npm run bench:orders`: how fast the order engine is. */
await runBench('bench:orders', [placing, acknowledging, intake, confirming, answering])
