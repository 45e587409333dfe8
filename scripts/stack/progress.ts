import { ServiceFailed } from './service.ts'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 80
const SIGN_OF_LIFE_MS = 15_000

/** A step that failed, in the words for a person: what, why, and what to do. */
export class StepFailed extends Error {
  readonly why: string
  readonly todo: string

  constructor(what: string, why: string, todo: string) {
    super(what)
    this.why = why
    this.todo = todo
  }
}

/** Shows each step while it runs and how long it took: a moving line on a terminal, plain lines elsewhere. */
export class Progress {
  readonly #out: NodeJS.WriteStream
  #frame: (() => void) | null = null
  #cutShort = false

  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.#out = out
    // A terminal that was closed, or a reader that left, is no reason to leave servers behind.
    out.on('error', () => {})
  }

  /** Runs a step. `say` replaces what stands beside its title; what it said last stays there. */
  async step<T>(title: string, run: (say: (detail: string) => void) => Promise<T>): Promise<T> {
    const startedAt = Date.now()
    let detail = ''
    let frame = 0
    const line = (mark: string) => `${mark} ${title}${detail && ` – ${detail}`} (${seconds(Date.now() - startedAt)})`
    const isTty = this.#out.isTTY
    this.#frame = () => {
      if (isTty) this.#out.write(`\r\x1b[2K${line(FRAMES[frame++ % FRAMES.length] ?? '').slice(0, Math.max(20, this.#out.columns - 1))}`)
      else this.#out.write(`${line('…')}\n`)
    }
    const timer = setInterval(() => this.#frame?.(), isTty ? FRAME_MS : SIGN_OF_LIFE_MS)
    const end = (mark: string) => {
      clearInterval(timer)
      this.#clear()
      this.#frame = null
      if (!this.#cutShort) this.say(line(mark))
    }
    try {
      const result = await run((text) => {
        detail = text
      })
      end('✓')
      return result
    } catch (error) {
      end('✗')
      throw error
    }
  }

  /** Says something once and for all, above the step that is running. */
  say(text: string): void {
    this.#clear()
    this.#out.write(`${text}\n`)
    if (this.#out.isTTY) this.#frame?.()
  }

  /** The running step is given up on purpose: it falls silent, and so does its failure. */
  cutShort(): void {
    this.#clear()
    this.#cutShort = true
    this.#frame = null
  }

  /** Takes the moving line away. */
  #clear(): void {
    if (this.#out.isTTY && this.#frame) this.#out.write('\r\x1b[2K')
  }
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

/** An error for a person: what failed, why, what to do. A stack only for what nobody foresaw. */
export function explain(error: unknown): string {
  if (error instanceof StepFailed) return [`✗ ${error.message}`, '', indent(error.why), '', error.todo].join('\n')
  if (error instanceof ServiceFailed) {
    const whole = error.logFile ? `The whole of what it said is in ${error.logFile}. ` : ''
    const todo = `${whole}Put right what it names, then start again: data and pages are kept.`
    return [`✗ ${error.message}. It said last:`, '', indent(error.tail || '(nothing)'), '', todo].join('\n')
  }
  return `✗ ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}

function indent(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}
