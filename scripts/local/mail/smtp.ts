import { SMTPServer, type SMTPServerDataStream } from 'smtp-server'
import type { Mailbox } from './mailbox.ts'

const MAX_MESSAGE_BYTES = 1024 * 1024

/** What goes wrong on demand: the next `times` messages are refused, for now or for good. */
export type MailFault = { refuse: 'temporarily' | 'permanently'; times: number }

/** An SMTP server that takes any message for anybody and puts it into the mailbox. */
export function smtpServer(mailbox: Mailbox, takeFault: () => MailFault['refuse'] | null): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    size: MAX_MESSAGE_BYTES,
    disableReverseLookup: true,
    logger: false,
    onData(stream, _session, done) {
      receive(stream, mailbox, takeFault).then(
        () => done(),
        (error: unknown) => done(error instanceof Error ? error : new Error('unknown')),
      )
    },
  })
}

async function receive(stream: SMTPServerDataStream, mailbox: Mailbox, takeFault: () => MailFault['refuse'] | null): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) if (!stream.sizeExceeded) chunks.push(chunk)
  if (stream.sizeExceeded) throw refusal(552, 'The message is too large.')
  const fault = takeFault()
  if (fault === 'temporarily') throw refusal(451, 'Try again later: a fault that was asked for.')
  if (fault === 'permanently') throw refusal(550, 'Refused: a fault that was asked for.')
  await mailbox.put(Buffer.concat(chunks))
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode })
}
