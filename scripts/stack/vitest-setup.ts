import path from 'node:path'
import { openStateFolder } from './state-folder.ts'
import { sweepTestStacks } from './test-stack.ts'
import { prepareTemplate } from './test-template.ts'

/** Before the integration tests: removes what a killed run left, and makes the data that each stack starts from. */
export default async function setup(): Promise<void> {
  const project = path.resolve(import.meta.dirname, '../..')
  await sweepTestStacks()
  await prepareTemplate(project, openStateFolder(project), 'empty')
}
