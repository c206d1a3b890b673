import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { errorTable } from './error-table.ts'
import type { ErrorCode } from './error-table.ts'
import { assert, isTuppenceError, TuppenceError } from './errors.ts'

const codes = Object.keys(errorTable) as ErrorCode[]

describe('the error table', () => {
  test.each(codes)('%s: its row is whole and its error agrees', (code) => {
    const row = errorTable[code]
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(row.status).toBeGreaterThanOrEqual(400)
    expect(row.status).toBeLessThan(600)
    expect(row.title).toMatch(/^[A-Z].*[^.]$/)
    expect(new TuppenceError(code).retry).toBe(row.retry)
  })

  test('has every number of the NUTs that a mint of ours can mean', () => {
    const numbers = new Set(codes.map((code) => (errorTable[code] as { nut?: number }).nut))
    // error_codes.md; 30001 .. 31004 are of NUT-21 and NUT-22, which we do not have.
    const known = [
      10001, 11001, 11002, 11003, 11004, 11005, 11006, 11007, 11008, 11009, 11010, 11011, 11012, 11013, 11014,
    ]
    const more = [
      11015, 11016, 11017, 12001, 12002, 12003, 20001, 20002, 20003, 20004, 20005, 20006, 20007, 20008, 20009,
    ]
    expect([...known, ...more].filter((number) => !numbers.has(number))).toEqual([])
  })

  test('never calls for blind repetition where coins may be gone', () => {
    for (const code of ['coins-spent', 'mint-timeout', 'till-timeout', 'mint-unavailable', 'outputs-signed'] as const) {
      expect(errorTable[code].retry).toBe('after-recover')
    }
  })
})

describe('TuppenceError', () => {
  test('carries code, retry, details and cause', () => {
    const cause = new Error('inner')
    const error = new TuppenceError('keyset-unknown', { details: { keyset: '01ab' }, cause })
    expect(error).toMatchObject({ name: 'TuppenceError', code: 'keyset-unknown', retry: 'never', cause })
    expect(error.details).toEqual({ keyset: '01ab' })
    expect('cause' in new TuppenceError('offline')).toBe(false)
  })

  test('is known by its shape, from another realm too', () => {
    const foreign: unknown = runInNewContext(
      `class TuppenceError extends Error { name = 'TuppenceError'; code = 'offline'; retry = 'now'; details = {} }; new TuppenceError()`,
    )
    expect(foreign).not.toBeInstanceOf(Error)
    expect(isTuppenceError(foreign)).toBe(true)
    expect(isTuppenceError(foreign, 'offline')).toBe(true)
    expect(isTuppenceError(foreign, 'bad-token', 'bad-point')).toBe(false)
  })

  test.each([[null], [undefined], ['offline'], [new Error('x')], [{ code: 'offline' }], [{ name: 'TuppenceError' }]])(
    'is not %j',
    (value) => expect(isTuppenceError(value)).toBe(false),
  )
})

describe('assert', () => {
  test('throws what nobody catches by code', () => {
    expect(() => assert(0, 'zero')).toThrow('Assertion failed: zero')
    expect(() => assert(1, 'one')).not.toThrow()
  })
})
