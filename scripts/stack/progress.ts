import { ServiceFailed } from './service.ts'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 80

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

  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.#out = out
  }

  /** Runs a step. `say` replaces what stands beside its title; what it returns last stays there. */
  async step<T>(title: string, run: (say: (detail: string) => void) => Promise<T>): Promise<T> {
    const startedAt = Date.now()
    let detail = ''
    const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(1)} s`
    let frame = 0
    const timer = this.#out.isTTY
      ? setInterval(() => {
          frame = (frame + 1) % FRAMES.length
          this.#redraw(`${FRAMES[frame]} ${title}${detail && ` – ${detail}`} (${seconds()})`)
        }, FRAME_MS)
      : null
    const end = (mark: string) => {
      if (timer) clearInterval(timer)
      this.#redraw(`${mark} ${title}${detail && ` – ${detail}`} (${seconds()})\n`)
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

  say(line: string): void {
    this.#out.write(`${line}\n`)
  }

  #redraw(line: string): void {
    if (!this.#out.isTTY) {
      this.#out.write(line)
      return
    }
    const fits = line.endsWith('\n') ? line : line.slice(0, Math.max(20, this.#out.columns - 1))
    this.#out.write(`\r\x1b[2K${fits}`)
  }
}

/** An error for a person: what failed, why, what to do. A stack only for what nobody foresaw. */
export function explain(error: unknown): string {
  if (error instanceof StepFailed) return [`✗ ${error.message}`, '', indent(error.why), '', error.todo].join('\n')
  if (error instanceof ServiceFailed) return [`✗ ${error.message}. It said last:`, '', indent(error.tail || '(nothing)')].join('\n')
  return `✗ ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}

function indent(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}
