import { expect, test } from 'vitest'
import { startScript } from './start-scripts.ts'

type Listener = () => void

/** A page in a browser as far as the script can see it, with a clock that a test moves. */
class Tab {
  started: string[] = []
  nowMs = 0
  readonly #listeners = new Map<string, Listener[]>()
  readonly #timers: { atMs: number; run: Listener }[] = []
  readonly document

  constructor({ readyState = 'interactive', prerendering = false } = {}) {
    this.document = {
      readyState,
      prerendering,
      createElement: () => ({}),
      head: { append: ({ src, async }: { src: string; async: boolean }) => this.started.push(async ? src : `${src} in order`) },
      addEventListener: (event: string, listener: Listener) => this.#listen(event, listener),
    }
    new Function('document', 'addEventListener', 'setTimeout', startScript('["/1.js","/2.js"]'))(
      this.document,
      (event: string, listener: Listener) => this.#listen(event, listener),
      (run: Listener, ms: number) => this.#timers.push({ atMs: this.nowMs + ms, run }),
    )
  }

  #listen(event: string, listener: Listener): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener])
  }

  emit(event: string): this {
    for (const listener of this.#listeners.get(event) ?? []) listener()
    return this
  }

  pass(ms: number): this {
    this.nowMs += ms
    for (const timer of this.#timers.splice(0)) timer.atMs <= this.nowMs ? timer.run() : this.#timers.push(timer)
    return this
  }
}

const ALL = ['/1.js', '/2.js']

test('scripts start a moment after load, each once, whatever happens then', () => {
  const tab = new Tab().pass(5000)
  expect(tab.started).toEqual([])
  expect(tab.emit('load').pass(100).started).toEqual([])
  expect(tab.pass(100).started).toEqual(ALL)
  expect(tab.emit('pointerdown').emit('load').pass(60_000).started).toEqual(ALL)
})

test('scripts start at once when somebody presses something', () => {
  expect(new Tab().emit('pointerdown').started).toEqual(ALL)
  expect(new Tab().emit('keydown').started).toEqual(ALL)
})

test('scripts start at last where a photograph never arrives', () => {
  expect(new Tab().pass(9999).started).toEqual([])
  expect(new Tab().pass(10_000).started).toEqual(ALL)
})

test('scripts start where load was before them', () => {
  expect(new Tab({ readyState: 'complete' }).pass(200).started).toEqual(ALL)
})

test('a page that is prepared but not shown starts nothing until it is', () => {
  const tab = new Tab({ prerendering: true }).emit('load').emit('pointerdown').pass(60_000)
  expect(tab.started).toEqual([])
  tab.document.readyState = 'complete'
  expect(tab.emit('prerenderingchange').pass(200).started).toEqual(ALL)
})
