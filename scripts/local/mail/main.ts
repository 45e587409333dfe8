import type { AddressInfo, Server } from 'node:net'
import { parseArgs } from 'node:util'
import { Mailbox } from './mailbox.ts'
import { type MailFault, smtpServer } from './smtp.ts'
import { mailboxServer } from './web.ts'

/** A mailbox for one machine: takes every mail that the shop sends, over SMTP, and shows it in a browser. Nothing leaves the machine. */
const { values } = parseArgs({
  options: { 'smtp-port': { type: 'string', default: '0' }, 'http-port': { type: 'string', default: '0' }, data: { type: 'string' } },
})
if (!values.data) {
  console.error('usage: node scripts/local/mail/main.ts --smtp-port N --http-port M --data DIR')
  process.exit(2)
}

const mailbox = await Mailbox.open(values.data)
let fault: MailFault | null = null
const smtp = smtpServer(mailbox, () => {
  if (!fault || fault.times === 0) return null
  fault.times -= 1
  return fault.refuse
})
const web = mailboxServer(mailbox, (next) => {
  fault = next
})
smtp.on('error', (error) => console.error(error.message))
const smtpPort = await listen(smtp.listen(Number(values['smtp-port']), '127.0.0.1') as unknown as Server)
const httpPort = await listen(web.listen(Number(values['http-port']), '127.0.0.1'))
console.log(`listening smtp://127.0.0.1:${smtpPort} http://127.0.0.1:${httpPort}`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    web.close()
    web.closeIdleConnections()
    smtp.close(() => process.exit(0))
  })
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    if (server.listening) resolve((server.address() as AddressInfo).port)
    else server.once('listening', () => resolve((server.address() as AddressInfo).port))
  })
}
