import { defineConfig } from 'vitest/config'

/**
 * `unit` needs nothing but Node; `integration` runs against servers of its own, see scripts/stack/test-stack.ts; `drills` against whole
 * stores of their own, see scripts/stack/test-store.ts.
 */
const integration = [
  'server/*.test.ts',
  'server/!(web|prewarm)/**/*.test.ts',
  'workers/**/*.test.ts',
  '{prisma,scripts,server/web,server/prewarm}/**/*.stack.test.ts',
]

/** What asks most of core runs once more where core is a Redis Cluster. */
const cluster = [
  'server/inventory/**/*.test.ts',
  'server/orders/{place-order,run-intake,deliver,dead-letters,decide-dead-letter,held-to-offers,outbox,heal-core,show-order}.test.ts',
  'workers/{crashes,define-worker,relay}.test.ts',
]

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'domain/**/*.test.ts',
            'server/web/**/*.test.ts',
            'server/prewarm/**/*.test.ts',
            'prisma/**/*.test.ts',
            'scripts/**/*.test.ts',
            'drill/{bench,engine}/**/*.test.ts',
            'e2e/audit/*.test.ts',
          ],
          exclude: integration,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: integration,
          globalSetup: ['scripts/stack/vitest-edge-setup.ts', 'scripts/stack/vitest-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          env: { LOG_LEVEL: 'silent' },
        },
      },
      {
        test: {
          name: 'cluster',
          include: cluster,
          globalSetup: ['scripts/stack/vitest-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          env: { LOG_LEVEL: 'silent', TEST_CORE: 'cluster' },
        },
      },
      {
        test: {
          name: 'drills',
          include: ['drill/**/*.test.ts'],
          exclude: ['drill/{bench,engine}/**'],
          globalSetup: ['scripts/stack/vitest-edge-setup.ts', 'scripts/stack/vitest-store-setup.ts'],
          // As long as the waits inside may take together: they say what did not come true, a timeout does not.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // Each has a store of its own, and there are two cores.
          fileParallelism: false,
        },
      },
    ],
  },
})
