import type { Metadata } from 'next'
import '#/components/base.css'
import { Message } from '#/components/message.tsx'

export const metadata: Metadata = { title: 'Not found · Saleday', icons: '/icon.svg' }

export default function GlobalNotFound() {
  return (
    <html lang="en">
      <body>
        <Message title="We have nothing here">
          The page you asked for does not exist, or no longer does. Perhaps the <a href="/">front page</a> has what you were looking for.
        </Message>
      </body>
    </html>
  )
}
