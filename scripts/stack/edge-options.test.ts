import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findEdgePlace } from './edge-options.ts'
import { StepFailed } from './progress.ts'
import { foldersIn, type StateFolder } from './state-folder.ts'

let state: StateFolder
beforeEach(() => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saleday-edge-'))
  state = foldersIn(folder)
})
afterEach(() => fs.rmSync(state.path, { recursive: true, force: true }))

const find = (env: Record<string, string>) =>
  findEdgePlace(state, { EDGE_POOL: '10.0.0.2:3000', PUBLIC_URL: 'http://shop.example', ...env })

test('nobody is trusted to say for whom he asks unless he is named, by address or network', () => {
  expect(find({}).trusted).toEqual([])
  expect(find({ EDGE_TRUSTED: '10.0.0.1, 10.0.0.0/8,2001:db8::1, ::/0,192.0.2.1/32' }).trusted).toEqual([
    '10.0.0.1',
    '10.0.0.0/8',
    '2001:db8::1',
    '::/0',
    '192.0.2.1/32',
  ])
})

test.each(['all', 'unix:', '10.0.0', '10.0.0.1/33', '10.0.0.1/', '10.0.0.1/8/8', '::1/129', 'fe80::1%eth0', '[::1]', '10.0.0.1; deny all'])(
  'EDGE_TRUSTED %j is refused in words',
  (network) => {
    expect(() => find({ EDGE_TRUSTED: network })).toThrow(StepFailed)
  },
)

test.each(['shop.example', 'shop.example:443', 'mailto:shop', '/', 'http://'])('PUBLIC_URL %j is refused in words', (address) => {
  expect(() => find({ PUBLIC_URL: address })).toThrow(expect.objectContaining({ why: expect.stringContaining('PUBLIC_URL') }))
})

test('the shop may be called by an address of IPv6', () => {
  expect(find({ PUBLIC_URL: 'http://[::1]:3000' })).toMatchObject({ publicHost: '[::1]:3000', hosts: ['[::1]', 'localhost', '127.0.0.1'] })
})
