import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { onSystem } from './nginx-binary.ts'

let folder = ''
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saleday-nginx-'))
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

test('of several nginx on the system, the first that runs and has both modules is taken', () => {
  const [purge, brotli] = ['ngx_http_cache_purge_module.so', 'ngx_http_brotli_static_module.so']
  install('broken', 'exit 127', [purge, brotli])
  install('bare', version('1.26.0', 'bare'), [])
  install('half', version('1.22.1', 'half'), [purge])
  install('whole', version('1.22.1', 'whole'), [purge, brotli])
  install('other', version('1.27.0', 'other'), [purge, brotli])
  const places = ['missing', 'broken', 'bare', 'half', 'whole', 'other'].map((place) => path.join(folder, place))
  expect(onSystem(places)).toEqual({
    command: path.join(folder, 'whole', 'nginx'),
    env: {},
    modules: [purge, brotli].map((name) => path.join(folder, 'whole', name)),
    version: '1.22.1',
  })
  expect(onSystem(places.slice(0, 4))).toBeNull()
})

/** As nginx says it, on the stream for errors. */
function version(number: string, modules: string): string {
  return `echo "nginx version: nginx/${number}" >&2; echo "configure arguments: --modules-path=${path.join(folder, modules)} --with-compat" >&2`
}

function install(place: string, script: string, modules: readonly string[]): void {
  fs.mkdirSync(path.join(folder, place), { recursive: true })
  for (const name of modules) fs.writeFileSync(path.join(folder, place, name), '')
  fs.writeFileSync(path.join(folder, place, 'nginx'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}
