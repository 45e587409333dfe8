import { expect, test, vi } from 'vitest'
import { testEnv } from '#/drill/engine/test-env.ts'

const LONG = 'a-secret-of-more-than-32-characters-1'
const OTHER = 'a-secret-of-more-than-32-characters-2'

/** Reads the environment as a process that was just started. */
async function read(change: Record<string, string>) {
  vi.resetModules()
  vi.unstubAllEnvs()
  for (const [name, value] of Object.entries(testEnv(change))) vi.stubEnv(name, value)
  return (await import('./env.ts')).env()
}

test('secrets are read newest first', async () => {
  expect((await read({ SESSION_SECRET: LONG })).SESSION_SECRET).toEqual([LONG])
  expect((await read({ SESSION_SECRET: `${LONG},${OTHER}` })).SESSION_SECRET).toEqual([LONG, OTHER])
})

test.each([
  ['an empty one behind a comma, under which anybody could sign', `${LONG},`],
  ['an empty one before it', `,${LONG}`],
  ['a short one among long ones', `${LONG},short`],
  ['nothing', ''],
])('a secret that anybody could guess stops the process: %s', async (_, secret) => {
  await expect(read({ SESSION_SECRET: secret })).rejects.toThrow('SESSION_SECRET')
})

test('core may be one Redis, or several nodes of a cluster, each of which is an address', async () => {
  const [one, two] = ['redis://:secret@core:6379', 'redis://:secret@core-1:6379,redis://:secret@core-2:6379']
  expect((await read({ CORE_REDIS_URL: one })).CORE_REDIS_URL).toBe(one)
  expect((await read({ CORE_REDIS_URL: two })).CORE_REDIS_URL).toBe(two)
  for (const wrong of ['', `${one},`, `${one},core-2:6379`, 'http://core'])
    await expect(read({ CORE_REDIS_URL: wrong })).rejects.toThrow('CORE_REDIS_URL')
})

test('whoever makes pages ready knows each web process, after commas, and an address that is none stops it', async () => {
  const [one, two] = ['http://10.0.0.1:3000', 'http://10.0.0.2:3000']
  expect((await read({})).PREWARM_URLS).toBe(undefined)
  expect((await read({ PREWARM_URLS: one })).PREWARM_URLS).toEqual([one])
  expect((await read({ PREWARM_URLS: `${one},${two}` })).PREWARM_URLS).toEqual([one, two])
  for (const wrong of [`${one},`, '10.0.0.1:3000', 'ftp://10.0.0.1'])
    await expect(read({ PREWARM_URLS: wrong })).rejects.toThrow('PREWARM_URLS')
  await expect(read({ EDGE_URL: 'shop.example' })).rejects.toThrow('EDGE_URL')
})

test('where pages are made ready may be left empty, which is as good as unset', async () => {
  const { PREWARM_URLS, EDGE_URL } = await read({ PREWARM_URLS: '', EDGE_URL: '' })
  expect({ PREWARM_URLS, EDGE_URL }).toEqual({ PREWARM_URLS: undefined, EDGE_URL: undefined })
})

test('all that is wrong is said at once', async () => {
  await expect(read({ DATABASE_URL: 'mysql://x/y', WEB_URL: 'nowhere' })).rejects.toThrow(/DATABASE_URL[\s\S]*WEB_URL/)
})
