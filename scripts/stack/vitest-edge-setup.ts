import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { findNginx } from './nginx-binary.ts'
import { explain } from './progress.ts'
import { openStateFolder } from './state-folder.ts'
import { findVarnish, hasCompiler } from './varnish-binary.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether its rules can be tried here: it needs a compiler, and to be installed or downloaded. */
    hasVarnish: boolean
  }
}

/**
 * Before tests with an edge in front: nginx and Varnish, which may have to be downloaded first, and for that a hook has no time. Without nginx
 * the tests that need it fail, and say so; without Varnish its own are left out.
 */
export default async function setup({ provide }: TestProject): Promise<void> {
  const { tools } = openStateFolder(path.resolve(import.meta.dirname, '../..'))
  await findNginx(tools).catch(say)
  const varnish = hasCompiler() ? await findVarnish(tools).catch(say) : undefined
  provide('hasVarnish', varnish !== undefined)
}

function say(error: unknown): undefined {
  console.error(explain(error))
}
