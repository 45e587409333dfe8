import { Message } from '#/components/message.tsx'

export default function NoOrder() {
  return (
    <Message title="We cannot show this order here">
      An order opens in the browser that placed it, or by the link in its e-mail. Please use that link, and write to us if it does not work.
    </Message>
  )
}
