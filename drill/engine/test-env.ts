import { newSecrets } from '#/scripts/stack/secrets.ts'
import { storeEnv } from '#/scripts/stack/store-env.ts'

/** A whole environment whose servers are not there, for what needs none but reads the environment. */
export function testEnv(change: Record<string, string> = {}): Record<string, string> {
  const addresses = {
    databaseUrl: 'postgresql://nobody@127.0.0.1:1/none',
    coreUrl: 'redis://127.0.0.1:1',
    cacheUrl: 'redis://127.0.0.1:1',
    smtpUrl: 'smtp://127.0.0.1:1',
    gatewayUrl: null,
    stripeKey: 'sk_test_nothing',
    mediaDir: '/nonexistent',
    assetsDir: '/nonexistent',
    port: 1,
  }
  return { ...storeEnv(addresses, newSecrets(), {}), ...change }
}
