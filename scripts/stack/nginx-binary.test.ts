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

test('of several nginx on the system, the first that starts with both modules is taken', () => {
  const [purge, brotli] = ['ngx_http_cache_purge_module.so', 'ngx_http_brotli_static_module.so']
  install('broken', 'exit 127', [purge, brotli])
  install('bare', version('1.26.0', 'bare'), [])
  install('half', version('1.22.1', 'half'), [purge])
  install('foreign', `${version('1.26.0', 'foreign')}\n${REFUSES_MODULES}`, [purge, brotli])
  install('whole', version('1.22.1', 'whole'), [purge, brotli])
  install('other', version('1.27.0', 'other'), [purge, brotli])
  const places = ['missing', 'broken', 'bare', 'half', 'foreign', 'whole', 'other'].map((place) => path.join(folder, place))
  expect(onSystem(places)).toEqual({
    command: path.join(folder, 'whole', 'nginx'),
    env: {},
    modules: [purge, brotli].map((name) => path.join(folder, 'whole', name)),
    version: '1.22.1',
  })
  expect(onSystem(places.slice(0, 5))).toBeNull()
})

test('an empty place in a path is nowhere, and not where somebody stands', () => {
  const modules = ['ngx_http_cache_purge_module.so', 'ngx_http_brotli_static_module.so']
  install('here', version('1.22.1', 'here'), modules)
  const before = process.cwd()
  process.chdir(path.join(folder, 'here'))
  try {
    expect(onSystem([''])).toBeNull()
    expect(onSystem(['.'])?.version).toBe('1.22.1')
  } finally {
    process.chdir(before)
  }
})

/** Where it is asked to try a configuration, which has modules in it that were built for another one. */
const REFUSES_MODULES = `case "$*" in *-t*-c*) grep -q load_module "$7" && exit 1;; esac`

/** As nginx says it, on the stream for errors. */
function version(number: string, modules: string): string {
  return `echo "nginx version: nginx/${number}" >&2; echo "configure arguments: --modules-path=${path.join(folder, modules)} --with-compat" >&2`
}

function install(place: string, script: string, modules: readonly string[]): void {
  fs.mkdirSync(path.join(folder, place), { recursive: true })
  for (const name of modules) fs.writeFileSync(path.join(folder, place, name), '')
  fs.writeFileSync(path.join(folder, place, 'nginx'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}
