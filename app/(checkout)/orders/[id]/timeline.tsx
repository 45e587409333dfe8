import type { Step } from '#/domain/order-timeline.ts'
import { OrderTime } from './order-time.client.tsx'
import styles from './timeline.module.css'
import { stepWords } from './timeline-words.ts'

/** The order's way: what has happened and when, where it stands, and what is to come. `title` is what the page calls how it stands. */
export function Timeline({ steps, title }: { steps: readonly Step[]; title: string }) {
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline" className={styles.title}>
        Where your order is
      </h2>
      <ol className={styles.steps}>
        {steps.map((step) => (
          <li key={`${step.kind} ${step.atMs}`} className={styles[step.place]} aria-current={step.place === 'current' ? 'step' : undefined}>
            <span className={styles.words}>
              {step.kind === 'rejected' ? title : stepWords(step)}
              {step.place === 'ahead' && <span className="hidden">, still to come</span>}
            </span>
            {step.atMs !== null && (
              <span className={styles.time}>
                <OrderTime atMs={step.atMs} form="moment" />
              </span>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}
