import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fillTemplate } from './fill-template.ts'
import type { NginxBinary } from './nginx-binary.ts'

export type EdgeOptions = {
  readonly project: string
  readonly binary: NginxBinary
  /** Its own: configuration, cache, temporary files. */
  readonly folder: string
  readonly port: number
  /** For the follower, on the loopback, with a token that only it knows. */
  readonly controlPort: number
  readonly token: string
  /** Web processes, `127.0.0.1:3000`. */
  readonly pool: readonly string[]
  /** The names that shoppers may call the shop by. Anybody else is told that this is another shop. */
  readonly hosts: readonly string[]
  /** Whose word counts for whom he asks: a TLS terminator's, a balancer's. Nobody's where there is none. */
  readonly trusted: readonly string[]
  /** As `PUBLIC_URL` has it: what is made for everybody is made under this name, whoever asks first. */
  readonly publicHost: string
  /** Holds `_next/static`. */
  readonly assets: string
  readonly media: string
  /** User and group that nginx' workers run as; null where it runs as nobody else anyway. */
  readonly user: { readonly name: string; readonly group: string } | null
}

const CONNECTIONS_PER_ADDRESS = 256
/** nginx' own processes; more than a few only share what one shop's edge has to do. */
export const NGINX_WORKERS = Math.min(os.availableParallelism(), 4)
/** For shoppers, while nobody answers and nothing is kept. */
export const AWAY_PAGE = plainPage('We will be right back', 'The shop does not answer at this moment. Please try again in a few seconds.')
const BUSY_PAGE = plainPage('One moment, please', 'That was more at once than we take from one place. Please try again in a few seconds.')

/** No single quotes: it stands in them. */
function plainPage(title: string, text: string): string {
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${title}</title><body style="font:1.1rem/1.5 system-ui;max-width:34rem;margin:15vh auto;padding:0 1rem"><h1>${title}</h1>`,
    `<p>${text} If you were placing an order, trying again is safe: it is never placed or charged twice.</p>`,
  ].join('')
}

/** The configuration of an edge, from the template that people read. Throws when the template asks for what nobody fills in. */
export async function edgeConf(options: EdgeOptions): Promise<string> {
  const { project, binary, folder, port, controlPort, token, pool, hosts, trusted, publicHost, assets, media, user } = options
  const hasIpv6 = await canListenOn('::1')
  const values: Record<string, string> = {
    modules: binary.modules.map((file) => `load_module ${quoted(file)};`).join('\n'),
    user: user ? `user ${user.name} ${user.group};` : '',
    workers: String(NGINX_WORKERS),
    folder: quoted(folder).slice(1, -1),
    listen: [`${port}`, ...(hasIpv6 ? [`[::]:${port}`] : [])].map((where) => `    listen ${where} backlog=1024;`).join('\n'),
    controlPort: String(controlPort),
    token,
    pool: pool.map((address) => `    server ${address} max_fails=1 fail_timeout=2s;`).join('\n'),
    hosts: hosts.map((host) => `"~*^${asPattern(host)}(?::\\d+)?$" 1;`).join(' '),
    trusted: trusted.length === 0 ? '' : realIp(trusted),
    publicHost,
    assets: quoted(assets),
    media: quoted(media),
    connectionsPerAddress: String(CONNECTIONS_PER_ADDRESS),
    awayPage: AWAY_PAGE,
    busyPage: BUSY_PAGE,
  }
  return fillTemplate(path.join(project, 'deploy/edge/nginx.conf.template'), values)
}

/** The last address that none of them has added is the shopper's: what stands before that is his own word. */
function realIp(trusted: readonly string[]): string {
  const from = trusted.map((network) => `set_real_ip_from ${network};`)
  return [...from, 'real_ip_header X-Forwarded-For;', 'real_ip_recursive on;'].map((line) => `  ${line}`).join('\n')
}

/** A name, or an address of IPv6 in its brackets, as a pattern that is nothing else. */
export function asPattern(host: string): string {
  return host.replace(/[.[\]]/g, '\\$&')
}

/** A path may have spaces in it. */
function quoted(place: string): string {
  return JSON.stringify(place)
}

function canListenOn(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen({ host, port: 0 }, () => server.close(() => resolve(true)))
  })
}
