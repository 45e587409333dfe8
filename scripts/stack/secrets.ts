import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

export type Secrets = Record<
  'sessionSecret' | 'internalToken' | 'actionsKey' | 'postgresPassword' | 'redisPassword' | 'stripeKey' | 'webhookSecret',
  string
>

/** The secrets of a store, made once and kept for this user's eyes only. One that a store of an earlier day lacks is added. */
export function readSecrets(data: string): Secrets {
  const file = path.join(data, 'secrets.json')
  const kept = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<Secrets>) : {}
  const secrets = { ...newSecrets(), ...kept }
  if (Object.keys(secrets).length > Object.keys(kept).length) {
    const draft = `${file}.part`
    fs.rmSync(draft, { force: true })
    fs.writeFileSync(draft, JSON.stringify(secrets, null, 2), { mode: 0o600 })
    fs.renameSync(draft, file)
  }
  return secrets
}

/** Secrets that nobody has used before. The key of the server actions is one of them, so that a form outlives a build. */
export function newSecrets(): Secrets {
  const word = () => randomBytes(24).toString('base64url')
  return {
    sessionSecret: randomBytes(32).toString('base64url'),
    internalToken: randomBytes(32).toString('base64url'),
    actionsKey: randomBytes(32).toString('base64'),
    postgresPassword: word(),
    redisPassword: word(),
    stripeKey: `sk_test_${word()}`,
    webhookSecret: `whsec_${word()}`,
  }
}
