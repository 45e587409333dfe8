const WIDTH = 24
const REDRAW_MS = 80
const SIGN_OF_LIFE_MS = 15_000

type Out = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>

/** Shows how far each step has come: a bar on a terminal, plain lines elsewhere. Beside the answer, on stderr. */
export class ProgressBar {
  readonly #out: Out
  #step = ''
  #total = 0
  #startedAtMs = 0
  #saidAtMs = 0

  constructor(out: Out = process.stderr) {
    this.#out = out
  }

  readonly show = (step: string, done: number, total: number): void => {
    const nowMs = performance.now()
    if (step !== this.#step) {
      this.end()
      this.#step = step
      this.#startedAtMs = nowMs
      this.#saidAtMs = this.#out.isTTY ? 0 : nowMs
    }
    this.#total = total
    if (nowMs - this.#saidAtMs < (this.#out.isTTY ? REDRAW_MS : SIGN_OF_LIFE_MS)) return
    this.#saidAtMs = nowMs
    if (!this.#out.isTTY) this.#out.write(`… ${step} – ${done} of ${total}\n`)
    else this.#out.write(`\r\x1b[2K${`${barOf(done, total)} ${step} – ${done} of ${total}`.slice(0, (this.#out.columns || 80) - 1)}`)
  }

  /** The step that was shown is over. */
  end(): void {
    if (this.#step === '') return
    this.#clear()
    const seconds = ((performance.now() - this.#startedAtMs) / 1000).toFixed(1)
    this.#out.write(`✓ ${this.#step} – ${this.#total} (${seconds} s)\n`)
    this.#step = ''
  }

  /** It was given up. */
  cutShort(): void {
    if (this.#step !== '') this.#clear()
    this.#step = ''
  }

  #clear(): void {
    if (this.#out.isTTY) this.#out.write('\r\x1b[2K')
  }
}

function barOf(done: number, total: number): string {
  const filled = total === 0 ? WIDTH : Math.round((WIDTH * Math.min(done, total)) / total)
  return `${'━'.repeat(filled)}${'─'.repeat(WIDTH - filled)}`
}
