import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import path from 'node:path'

/** An image's folder, named by its content and the recipe. What a merchant has uploaded is elsewhere, and nobody's to copy. */
const IMAGE = /^[0-9a-f]{16}$/
const VARIANT = /^\d+\.(avif|webp|jpg)$/

/**
 * Copies the encoded photographs that one media folder has and another lacks, each whole or not at all. The store at home and the stores of
 * tests give them to each other, since encoding all takes minutes. Returns how many it copied.
 */
export function copyPhotos(from: string, to: string): number {
  let copied = 0
  for (const image of names(from, IMAGE)) {
    for (const variant of names(path.join(from, image), VARIANT)) {
      const target = path.join(to, image, variant)
      if (existsSync(target)) continue
      mkdirSync(path.dirname(target), { recursive: true })
      const draft = `${target}.${process.pid}.part`
      copyFileSync(path.join(from, image, variant), draft, constants.COPYFILE_FICLONE)
      renameSync(draft, target)
      copied += 1
    }
  }
  return copied
}

function names(folder: string, pattern: RegExp): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : []
}
