import net from 'node:net'
import os from 'node:os'
import { expect, test } from 'vitest'
import { choosePort, findPortProblem, isFree } from './chosen-port.mjs'
import { freePort } from './ports.ts'

test.each([
  { args: [], env: {}, port: 3000 },
  { args: [], env: { PORT: '' }, port: 3000 },
  { args: [], env: { PORT: '8080' }, port: 8080 },
  { args: ['--port', '4000'], env: { PORT: '8080' }, port: 4000 },
  { args: ['--fresh', '--port=4000'], env: {}, port: 4000 },
  { args: ['--port', '65535'], env: {}, port: 65_535 },
])('$args with $env means port $port', ({ args, env, port }) => {
  expect(choosePort(args, env).port).toBe(port)
})

test.each([['0'], ['65536'], ['-1'], ['3000.5'], ['3e3'], ['0x10'], [' 3000'], ['abc'], ['999999999'], ['']])('%j is no port', (text) => {
  expect(choosePort(['--port', text], { PORT: '3000' })).toEqual({ text, port: null })
  expect(choosePort([`--port=${text}`], {})).toEqual({ text, port: null })
})

test('--port without a number is no port, rather than the default', () => {
  expect(choosePort(['--port'], { PORT: '3000' })).toEqual({ text: '', port: null })
})

const hasIpv6 = Object.values(os.networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'))

test.each(['127.0.0.1', '::', '0.0.0.0', ...(hasIpv6 ? ['::1'] : [])])('a port that somebody listens on at %s is in use', async (host) => {
  const port = await freePort()
  expect(await isFree(port, 'everywhere')).toBe(true)
  expect(await findPortProblem(port)).toBeNull()
  const server = net.createServer().listen({ port, host })
  await new Promise((ready) => server.once('listening', ready))
  try {
    expect(await isFree(port, 'everywhere')).toBe(false)
    expect(await findPortProblem(port)).toMatchObject({
      what: `Port ${port} is in use`,
      todo: expect.stringContaining(`--port ${port + 1}`),
    })
  } finally {
    await new Promise((closed) => server.close(closed))
  }
})
