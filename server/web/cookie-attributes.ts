import { env } from '../env.ts'

/** Of every cookie of ours. Lax keeps them off foreign forms; a browser on plain HTTP would drop `secure` ones. */
export function attributes() {
  return { httpOnly: true, sameSite: 'lax', secure: env().PUBLIC_URL.startsWith('https:'), path: '/' } as const
}
