import { spawnSync } from 'node:child_process'
import fs from 'node:fs'

export type ServerUser = { readonly uid: number; readonly gid: number }

let known: ServerUser | null | undefined

/** Whom Postgres runs as when we are root, which it refuses to be: `nobody`. Null when we are somebody ourselves. */
export function serverUser(): ServerUser | null {
  known ??= process.getuid?.() === 0 ? lookUp('nobody') : null
  return known
}

/** Gives a file or folder to that user, where there is one. */
export function giveToServerUser(place: string): void {
  const user = serverUser()
  if (user) fs.chownSync(place, user.uid, user.gid)
}

function lookUp(name: string): ServerUser {
  const id = (flag: string) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout)
  const user = { uid: id('-u'), gid: id('-g') }
  if (!(user.uid > 0)) throw new Error(`Running as root, but there is no user ${name} that Postgres could run as.`)
  return user
}
