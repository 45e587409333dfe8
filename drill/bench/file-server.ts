import fs from 'node:fs'
import path from 'node:path'
import { NGINX_WORKERS } from '#/scripts/stack/edge-conf.ts'
import { findNginx } from '#/scripts/stack/nginx-binary.ts'
import { claimPort } from '#/scripts/stack/ports.ts'
import { Service } from '#/scripts/stack/service.ts'
import { openStateFolder } from '#/scripts/stack/state-folder.ts'
import type { TestProcess, TestStack } from '#/scripts/stack/test-stack.ts'

const READY_TIMEOUT_MS = 10_000
/** What nginx says of a file by itself, or of the connection. */
const ITS_OWN = /^(?:content-length|content-type|date|server|connection|keep-alive|etag|last-modified|accept-ranges|transfer-encoding)$/

export type FixedAnswer = { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array }

/** The floor of an edge: an nginx that sends the same bytes with the same headers out of a file, and does nothing else; as it comes, or with the file kept open as our edge does. It ends with the stack. */
export async function startFileServer(
  stack: TestStack,
  project: string,
  { headers, body }: FixedAnswer,
  { keepsOpen = false } = {},
): Promise<TestProcess & { readonly url: string }> {
  const folder = path.join(stack.folder, keepsOpen ? 'file-server-open' : 'file-server')
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 })
  const file = path.join(folder, 'page')
  fs.writeFileSync(file, body)
  const { command, env } = await findNginx(openStateFolder(project).tools)
  const port = await claimPort()
  const conf = path.join(folder, 'nginx.conf')
  const said = Object.entries(headers).filter(([name]) => !ITS_OWN.test(name))
  fs.writeFileSync(
    conf,
    `daemon off;
pid ${folder}/nginx.pid;
worker_processes ${NGINX_WORKERS};
error_log stderr warn;
events { worker_connections 4096; }
http {
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/temp-${name};`).join('\n  ')}
  sendfile on;
  tcp_nopush on;
  ${keepsOpen ? 'open_file_cache max=100 inactive=30s;' : ''}
  server_tokens off;
  keepalive_requests 10000;
  access_log /dev/stdout combined buffer=32k flush=5s;
  server {
    listen 127.0.0.1:${port} backlog=1024;
    default_type "${headers['content-type'] ?? 'text/html'}";
    ${said.map(([name, value]) => `add_header ${name} ${literal(value)};`).join('\n    ')}
    root ${folder};
  }
}
`,
  )
  const url = `http://127.0.0.1:${port}/page`
  const service = new Service({
    name: 'file server',
    command,
    args: ['-e', 'stderr', '-p', folder, '-c', conf],
    cwd: folder,
    env: { ...process.env, ...env },
    logFile: path.join(stack.logs, `${path.basename(folder)}.log`),
    isReady: async () => (await fetch(url)).ok,
    readyTimeoutMs: READY_TIMEOUT_MS,
    stopSignal: 'SIGTERM',
    stopPatienceMs: READY_TIMEOUT_MS,
  })
  return { ...(await stack.launch(service)), url }
}

/** A string of nginx' own language, in which `$` begins a variable. */
function literal(text: string): string {
  if (text.includes('$')) throw new Error(`nginx has no way to write ${text}`)
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
