import { describe, expect, test } from 'vitest'
import { ProgressBar } from './progress-bar.ts'
import { readPrewarmCommand } from './read-prewarm-command.ts'

const read = (...words: string[]) => {
  const asked = readPrewarmCommand(words)
  return asked.ok ? asked.value.command : asked.why
}

describe('what is asked', () => {
  test('nothing said: what the environment names, eight at a time', () => {
    expect(read()).toEqual({ name: 'prewarm', places: [], publicOrigin: null, sales: [], atOnce: 8 })
  })

  test('addresses, each as an origin; what has to be an edge comes last', () => {
    expect(read('--edge', 'https://shop.example/', '--url', 'http://10.0.0.1:3000', '--url=http://10.0.0.2:3000')).toMatchObject({
      places: [
        { origin: 'http://10.0.0.1:3000', mustBeEdge: false },
        { origin: 'http://10.0.0.2:3000', mustBeEdge: false },
        { origin: 'https://shop.example', mustBeEdge: true },
      ],
    })
  })

  test.each([
    ['--url', 'shop.example'],
    ['--url', 'ftp://shop.example'],
    ['--url', 'https://shop.example/p/mouse'],
    ['--url', 'https://ann:word@shop.example'],
    ['--url', 'https://shop.example?x=1'],
    ['--public', 'javascript:alert(1)'],
    ['--sale', '../checkout'],
    ['--sale', 'Day'],
    ['--at-once', '0'],
    ['--at-once', '33'],
    ['--at-once', '1e1'],
    ['--nonsense'],
    ['everything'],
  ])('%s %s is not understood, in words', (...words) => {
    expect(read(...words)).toEqual(expect.any(String))
  })
})

describe('progress', () => {
  function show(isTTY: boolean) {
    let shown = ''
    const bar = new ProgressBar({
      isTTY,
      columns: 60,
      write: (text: string | Uint8Array) => {
        shown += text
        return true
      },
    })
    return { bar, shown: () => shown }
  }

  test('off a terminal each step is one plain line once it is over', () => {
    const { bar, shown } = show(false)
    for (const done of [1, 2, 3]) bar.show('Warming', done, 3)
    bar.show('Looking', 1, 1)
    bar.end()
    expect(shown()).toMatch(/^✓ Warming – 3 \(\d+\.\d s\)\n✓ Looking – 1 \(\d+\.\d s\)\n$/)
  })

  test('on a terminal there is a bar that fits into its width, and goes when the step is given up', () => {
    const { bar, shown } = show(true)
    bar.show(`Warming ${'x'.repeat(100)}`, 1, 2)
    const [, line = ''] = shown().split('\r\x1b[2K')
    expect(line).toMatch(/^━{12}─{12} Warming x+$/)
    expect(line.length).toBeLessThan(60)
    bar.cutShort()
    expect(shown().endsWith('\r\x1b[2K')).toBe(true)
    bar.end()
    expect(shown().endsWith('\r\x1b[2K')).toBe(true)
  })
})
