import { expect, test } from 'vitest'
import type { Finding } from './measurement.ts'
import { readBenchOptions } from './options.ts'
import { reportOf } from './report.ts'
import { compare, spreadOf } from './spread.ts'

const finding: Finding = {
  what: 'placing',
  ratio: spreadOf([0.5, 0.7, 0.6]),
  aim: { atLeast: 0.65 },
  figure: spreadOf([5000, 7000, 6000]),
  floor: spreadOf([10_000]),
  unit: 'a second',
  notes: ['one process'],
}

function lines(findings: Parameters<typeof reportOf>[0][number]['findings'], warnings: string[] = []): string {
  return reportOf([{ title: 'A title', findings, warnings }], 'a machine')
}

test('the ratio of a round is of neighbours in time, and the middle round counts', async () => {
  const floors = [1, 100, 200, 400]
  const ours = [1, 50, 100, 300]
  const compared = await compare(
    { rounds: 3, seconds: 1 },
    async () => floors.shift() ?? 0,
    async () => ours.shift() ?? 0,
  )
  expect(compared.ratio).toEqual({ median: 0.5, least: 0.5, most: 0.75 })
  expect(compared.floor.median).toBe(200)
})

test('a missed aim says so, a reached one too, and what is an upper bound is taken as one', () => {
  expect(lines([finding])).toMatch(/placing +0.60 +0.50–0.70 +≥ 0.65 +MISSED/)
  expect(lines([{ ...finding, aim: { atLeast: 0.6 } }])).toMatch(/≥ 0.60 +met/)
  expect(lines([{ ...finding, ratio: null, figure: spreadOf([3]), aim: { atMost: 4 } }])).toMatch(/3.00 a second +≤ 4.00 +met/)
})

test('rounds that lie far apart, a busy machine and what could not be measured are all told', () => {
  expect(lines([finding])).toContain('! the rounds lie far apart')
  expect(lines([finding], ['others were at work'])).toContain('! A title: others were at work')
  const told = lines([{ what: 'a loop', missing: 'no pgbench here' }])
  expect(told).toMatch(/a loop +not measured/)
  expect(told).toContain('a loop: no pgbench here')
})

test.each([['--only', 'nothing'], ['--seconds', '0'], ['--rounds', '1.5'], ['--fast']])('does not begin with %s %s', (...args) => {
  expect(() => readBenchOptions(args, 'bench:orders', ['placing'])).toThrow('That is not how to start the bench')
})
