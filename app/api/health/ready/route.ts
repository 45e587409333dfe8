import { connection } from 'next/server'
import { checkDependencies, findTrouble } from '#/server/web/dependencies.ts'

/**
 * Which dependencies answer. The status is 200 while the process can do its work: pages outlive an outage of any of them, so taking every
 * replica out because one database is away would make a small outage a whole one. `status` says `degraded` then.
 * `trouble` is what a person should look into although everything answers.
 */
export async function GET(): Promise<Response> {
  await connection()
  const [dependencies, trouble] = await Promise.all([checkDependencies(), findTrouble()])
  const status = Object.values(dependencies).every((dependency) => dependency.ok) ? 'ready' : 'degraded'
  return Response.json({ status, dependencies, trouble }, { headers: { 'cache-control': 'no-store' } })
}
