import fs from 'node:fs'
import path from 'node:path'
import { freePort, isFree } from './ports.ts'

const NAMES = ['postgres', 'core', 'cache', 'gateway', 'smtp', 'mail'] as const
export type KeptPorts = Record<(typeof NAMES)[number], number>

/** A port for each server of ours: the same as last time where nobody else has taken it. */
export async function keepPorts(data: string): Promise<KeptPorts> {
  const file = path.join(data, 'ports.json')
  const kept = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<KeptPorts>) : {}
  const ports = {} as KeptPorts
  for (const name of NAMES) {
    const last = kept[name]
    let port = last !== undefined && (await isFree(last, 'loopback')) ? last : await freePort()
    while (Object.values(ports).includes(port)) port = await freePort()
    ports[name] = port
  }
  fs.writeFileSync(file, JSON.stringify(ports, null, 2))
  return ports
}
