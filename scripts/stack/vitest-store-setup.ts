import path from 'node:path'
import { openStateFolder } from './state-folder.ts'
import { prepareTestBuild } from './test-store.ts'
import setupStacks from './vitest-setup.ts'

/** Before the tests that run whole stores: the build that they run, too. */
export default async function setup(): Promise<() => Promise<void>> {
  const sweep = await setupStacks()
  await prepareTestBuild(openStateFolder(path.resolve(import.meta.dirname, '../..')))
  return sweep
}
