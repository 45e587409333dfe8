import { connection } from 'next/server'

/** The process answers. Says nothing of what it depends on: restarting it would not mend those. */
export async function GET(): Promise<Response> {
  await connection()
  return Response.json({ status: 'live' }, { headers: { 'cache-control': 'no-store' } })
}
