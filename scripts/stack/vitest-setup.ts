import path from 'node:path'
import { findRedis } from './redis-binary.ts'
import { openStateFolder } from './state-folder.ts'
import { sweepTestStacks } from './sweep-test-stacks.ts'
import { prepareTemplate } from './test-template.ts'

/**
 * Before the integration tests: removes what a killed run left, brings a Redis where there is none, and makes the data that each stack starts
 * from. After them: sweeps again.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const project = path.resolve(import.meta.dirname, '../..')
  const state = openStateFolder(project)
  await sweepTestStacks(state.tests)
  await findRedis(state.tools)
  await prepareTemplate(project, state, 'empty')
  return () => sweepTestStacks(state.tests)
}
