import { Notice } from '#/components/notice.tsx'
import type { CheckoutNote } from '#/server/cart/checkout-note.ts'
import styles from './checkout.module.css'
import { problemWords } from './problem-words.ts'
import { TakeFocus } from './take-focus.client.tsx'

/** As they stand in the form. */
const FIELDS = ['email', 'name', 'street', 'postcode', 'city', 'country', 'deliveryMethod', 'paymentMethod']

/** Why a press on "Place order" led to no order, above the form, with a way to each field that is about it. `nonce` is of the one press. */
export function CheckoutProblem({ note, nonce, nameOf }: { note: CheckoutNote; nonce: string; nameOf: (sku: string) => string }) {
  const errors = FIELDS.flatMap((name) => (note.errors[name] ? [[name, note.errors[name]] as const] : []))
  return (
    <TakeFocus key={nonce}>
      <Notice>
        <p>{problemWords(note.problem, nameOf)}</p>
        {errors.length > 0 && (
          <ul className={styles.errors}>
            {errors.map(([name, words]) => (
              <li key={name}>
                <a href={`#${name}`}>{words}</a>
              </li>
            ))}
          </ul>
        )}
        {note.problem.code === 'CHECKOUT_CHANGED' && (
          <p>
            <a href={`/orders/${note.problem.orderId}`}>See that order</a>
          </p>
        )}
      </Notice>
    </TakeFocus>
  )
}
