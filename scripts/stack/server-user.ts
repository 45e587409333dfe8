import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

export type ServerUser = { readonly uid: number; readonly gid: number }

const LOOK_UP_TIMEOUT_MS = 5000

let known: ServerUser | null | undefined

/** Whom Postgres runs as when we are root, which it refuses to be: `nobody`. Null when we are somebody ourselves. */
export function serverUser(): ServerUser | null {
  if (known === undefined) known = process.getuid?.() === 0 ? lookUp('nobody') : null
  return known
}

/** Gives a file, or a folder with all that is in it, to that user, where there is one and it has it not yet. */
export function giveToServerUser(place: string): void {
  const user = serverUser()
  if (!user || fs.lstatSync(place).uid === user.uid) return
  if (fs.lstatSync(place).isDirectory()) for (const name of fs.readdirSync(place)) giveToServerUser(path.join(place, name))
  fs.lchownSync(place, user.uid, user.gid) // a folder last: cut short, it is gone through again
}

function lookUp(name: string): ServerUser {
  const id = (flag: string) => Number(spawnSync('id', [flag, name], { encoding: 'utf8', timeout: LOOK_UP_TIMEOUT_MS }).stdout)
  const user = { uid: id('-u'), gid: id('-g') }
  if (!(user.uid > 0)) throw new Error(`Running as root, but there is no user ${name} that Postgres could run as.`)
  return user
}
