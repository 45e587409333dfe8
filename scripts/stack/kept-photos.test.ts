import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyPhotos } from './kept-photos.ts'

const IMAGE = '05736b647051d089'
let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'photos-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
  writeFileSync(path.join(folder, name), text)
}

test('gives what the other lacks, keeps what it has, and leaves halves and uploads alone', () => {
  write(`home/${IMAGE}/320.avif`, 'new')
  write(`home/${IMAGE}/480.avif`, 'theirs')
  write(`home/${IMAGE}/640.avif.123.part`, 'half')
  write('home/originals/photo.jpg', 'upload')
  write(`test/${IMAGE}/480.avif`, 'own')
  const [home, other] = [path.join(folder, 'home'), path.join(folder, 'test')]
  expect(copyPhotos(home, other)).toBe(1)
  expect(readdirSync(other)).toEqual([IMAGE])
  expect(readdirSync(path.join(other, IMAGE)).sort()).toEqual(['320.avif', '480.avif'])
  expect(readFileSync(path.join(other, IMAGE, '480.avif'), 'utf8')).toBe('own')
  expect(copyPhotos(home, other)).toBe(0)
})

test('a shop that has never been open has nothing to give', () => {
  expect(copyPhotos(path.join(folder, 'none'), path.join(folder, 'test'))).toBe(0)
})
