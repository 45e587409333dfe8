import controls from '#/components/controls.module.css'
import type { CodeView } from '#/domain/cart-view.ts'
import { CODE_MAX_LENGTH } from '#/domain/discount.ts'
import { codeWords } from '../code-words.ts'
import styles from './cart.module.css'

/** A plain form to enter a discount code, or what the one that is there does and a form to remove it. */
export function CodeForm({ code }: { code: CodeView | null }) {
  return code ? (
    <form method="post" action="/cart/code" className={styles.code}>
      <p className={code.check.ok ? undefined : styles.problem}>{codeWords(code)}</p>
      <input type="hidden" name="code" value="" />
      <button type="submit" className={controls.plain}>
        Remove the code
      </button>
    </form>
  ) : (
    <form method="post" action="/cart/code" className={styles.code}>
      <label className={controls.field}>
        Discount code
        <input name="code" maxLength={CODE_MAX_LENGTH} autoComplete="off" autoCapitalize="characters" spellCheck={false} required />
      </label>
      <button type="submit" className={controls.plain}>
        Apply
      </button>
    </form>
  )
}
