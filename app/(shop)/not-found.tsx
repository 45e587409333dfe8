import { Message } from '#/components/message.tsx'

export default function NotFound() {
  return (
    <Message title="We have nothing here">
      The page you asked for does not exist, or no longer does. Perhaps the <a href="/">front page</a> has what you were looking for.
    </Message>
  )
}
