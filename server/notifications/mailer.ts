import nodemailer from 'nodemailer'
import { env } from '../env.ts'

export type Mail = {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly messageId: string
}

export type Mailer = { send(mail: Mail): Promise<void>; close(): void }

const TIMEOUT_MS = 10_000

/** Sends mail over SMTP. Throws when the server does not take it; the same `messageId` lets mailboxes tell a repeat. */
export function smtpMailer(): Mailer {
  const { SMTP_URL, MAIL_FROM } = env()
  const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS }
  const transport = nodemailer.createTransport({ url: SMTP_URL, ...timeouts }, { from: MAIL_FROM })
  return {
    send: async (mail) => {
      await transport.sendMail({ ...mail, disableFileAccess: true, disableUrlAccess: true })
    },
    close: () => transport.close(),
  }
}
