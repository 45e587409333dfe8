import fs from 'node:fs'
import path from 'node:path'
import { isFree } from './chosen-port.mjs'
import { claimPort, freePort } from './ports.ts'

const NAMES = ['postgres', 'core', 'cache', 'gateway', 'smtp', 'mail'] as const
export type KeptPorts = Record<(typeof NAMES)[number], number>

/** A port for each server of ours, none of them `taken`: the same as last time where nobody else has it now. */
export async function keepPorts(data: string, taken: number): Promise<KeptPorts> {
  const file = path.join(data, 'ports.json')
  const kept = readKept(file)
  const ports = {} as KeptPorts
  for (const name of NAMES) {
    const last = kept[name]
    const others = [taken, ...Object.values(ports)]
    let port = Number.isInteger(last) && (await isFree(last as number, 'loopback')) ? (last as number) : await freePort()
    while (others.includes(port)) port = await freePort()
    ports[name] = port
  }
  fs.writeFileSync(file, JSON.stringify(ports, null, 2))
  return ports
}

/** The ports that were kept last; one that never was is absent. */
export function readKeptPorts(data: string): Partial<KeptPorts> {
  return readKept(path.join(data, 'ports.json'))
}

/** Ports for a stack that keeps none, no other stack's. */
export async function newPorts(): Promise<KeptPorts & { web: number }> {
  const [web, ...ports] = await Promise.all(['web', ...NAMES].map(() => claimPort()))
  return { ...(Object.fromEntries(NAMES.map((name, at) => [name, ports[at]])) as KeptPorts), web: web as number }
}

/** A file that was cut short is as good as none. */
function readKept(file: string): Partial<KeptPorts> {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<KeptPorts>
  } catch {
    return {}
  }
}
