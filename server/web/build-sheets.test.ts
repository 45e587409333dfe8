import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { hashSheets } from './build-sheets.ts'
import { hashOf } from './policy.ts'

test('a policy can name every sheet of the build, and only those; where there is no build yet there are none', () => {
  const folder = mkdtempSync('/tmp/sheets-')
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(path.join(folder, 'chunks.css'))
  writeFileSync(path.join(folder, 'a.css'), '.a{color:red}\n')
  writeFileSync(path.join(folder, 'b.css'), '.b{color:red}\n')
  writeFileSync(path.join(folder, 'a.js'), 'alert(1)')
  expect(hashSheets(folder).toSorted()).toEqual([hashOf('.a{color:red}\n'), hashOf('.b{color:red}\n')].toSorted())
  expect(hashSheets(path.join(folder, 'nowhere'))).toEqual([])
})
