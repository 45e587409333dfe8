import { expect, test } from 'vitest'
import { StatementReader } from './statement-reader.ts'

function message(type: string, ...words: string[]): Buffer {
  const body = Buffer.from(words.map((word) => `${word}\0`).join(''))
  const head = Buffer.alloc(4)
  head.writeInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(type), head, body])
}

function startup(code: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeInt32BE(8)
  bytes.writeInt32BE(code, 4)
  return bytes
}

const ENCRYPTION = startup(80877103)
const START = startup(196608)

function heard(chunks: readonly Buffer[]): string[] {
  const statements: string[] = []
  const reader = new StatementReader((text) => statements.push(text))
  for (const chunk of chunks) reader.read(chunk)
  return statements
}

const SPOKEN = Buffer.concat([
  ENCRYPTION,
  START,
  message('p', 'secret'),
  message('Q', 'BEGIN'),
  message('P', '', 'SELECT $1'),
  message('B', '', ''),
  message('E', ''),
  message('P', 'kept', 'UPDATE t'),
  message('S'),
  message('B', '', 'kept'),
  message('E', ''),
  message('B', '', 'kept'),
  message('E', ''),
  message('Q', 'COMMIT'),
])

test('every statement is counted once each time that it is carried out, prepared once or not', () => {
  expect(heard([SPOKEN])).toEqual(['BEGIN', 'SELECT $1', 'UPDATE t', 'UPDATE t', 'COMMIT'])
})

test('it does not matter where the network cuts', () => {
  expect(heard([...SPOKEN].map((byte) => Buffer.from([byte])))).toEqual(heard([SPOKEN]))
})
