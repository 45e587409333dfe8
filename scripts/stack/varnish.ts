import fs from 'node:fs'
import path from 'node:path'
import { AWAY_PAGE, asPattern, type EdgeOptions } from './edge-conf.ts'
import { fillTemplate } from './fill-template.ts'
import { Service } from './service.ts'
import type { VarnishBinary } from './varnish-binary.ts'

export type VarnishOptions = Pick<EdgeOptions, 'project' | 'folder' | 'port' | 'token' | 'pool' | 'hosts' | 'publicHost'> & {
  readonly binary: VarnishBinary
  readonly logFile: string
}

const READY_TIMEOUT_MS = 60_000
const ANSWER_TIMEOUT_MS = 1000
const STOP_PATIENCE_MS = 10_000
/** Below the five seconds after which a web process closes a connection. */
const IDLE = ['-p', 'backend_idle_timeout=3']

/** Varnish in front of a pool of web processes, by deploy/edge/saleday.vcl. It keeps what it has in memory. */
export function varnishService(options: VarnishOptions): Service {
  const { folder, binary, port, logFile } = options
  const rules = path.join(folder, 'saleday.vcl')
  fs.writeFileSync(rules, varnishRules(options), { mode: 0o644 })
  const places = binary.modules === null ? [] : ['-p', `vmod_path=${binary.modules}`]
  return new Service({
    name: 'Varnish',
    command: binary.command,
    // No jail: there is no user of its own where it was only unpacked.
    args: ['-F', '-j', 'none', '-n', folder, '-f', rules, '-a', `:${port}`, '-s', 'malloc,256m', ...IDLE, ...places],
    cwd: folder,
    env: { ...process.env, ...binary.env },
    logFile,
    isReady: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/edge-health`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) })
      return answer.status === 204
    },
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopSignal: 'SIGTERM',
    stopPatienceMs: STOP_PATIENCE_MS,
  })
}

/** Throws when the template asks for what nobody fills in. */
function varnishRules({ project, pool, hosts, publicHost, token }: VarnishOptions): string {
  const times = '.connect_timeout = 250ms; .first_byte_timeout = 5s; .between_bytes_timeout = 5s;'
  const values: Record<string, string> = {
    backends: pool
      .map((address, n) => {
        const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? []
        return `backend web${n} { .host = "${host}"; .port = "${port}"; ${times} .probe = alive; }`
      })
      .join('\n'),
    directors: [
      ...pool.flatMap((_, n) => [`  web.add_backend(web${n});`, `  first.add_backend(web${n});`]),
      ...pool.map((_, n) => `  last.add_backend(web${n});`).reverse(),
    ].join('\n'),
    hosts: hosts.map(asPattern).join('|'),
    publicHost,
    token,
    awayPage: AWAY_PAGE,
  }
  return fillTemplate(path.join(project, 'deploy/edge/saleday.vcl'), values)
}
