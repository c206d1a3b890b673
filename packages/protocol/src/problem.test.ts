import { describe, expect, test } from 'vitest'
import { errorTable } from './error-table.ts'
import type { ErrorCode } from './error-table.ts'
import { TuppenceError } from './errors.ts'
import { fromNutError, fromProblem, isErrorCode, problemType, toNutError, toProblem } from './problem.ts'

const codes = Object.keys(errorTable) as ErrorCode[]

describe('problems', () => {
  test.each(codes)('%s survives the way there and back', (code) => {
    const error = new TuppenceError(code, { details: { path: 'amount', most: 5, last: true } })
    const problem = JSON.parse(JSON.stringify(toProblem(error))) as unknown
    expect(fromProblem(problem, 'internal')).toMatchObject({ code, retry: error.retry, details: error.details })
  })

  test('has the types that the draft names, and ours for the rest', () => {
    expect(problemType('payment-expired')).toBe('https://paymentauth.org/problems/payment-expired')
    expect(problemType('amount-mismatch')).toBe('https://paymentauth.org/problems/cashu/amount-mismatch')
    expect(problemType('mint-unavailable')).toBe('https://paymentauth.org/problems/cashu/mint-unavailable')
    expect(problemType('two-credentials')).toBe('https://tuppence.dev/problems/two-credentials')
  })

  test('adds the id of the fresh challenge', () => {
    expect(toProblem(new TuppenceError('payment-required'), { challengeId: 'abc' })).toEqual({
      type: 'https://paymentauth.org/problems/payment-required',
      title: 'Payment required',
      status: 402,
      code: 'payment-required',
      retry: 'never',
      challengeId: 'abc',
    })
  })

  test('says nothing of an error that is not ours', () => {
    const problem = toProblem(new Error('password is hunter2'))
    expect(problem.code).toBe('internal')
    expect(JSON.stringify(problem)).not.toContain('hunter2')
  })

  test('reads a stranger by the last part of its type, and never invents a code', () => {
    const type = 'https://paymentauth.org/problems/verification-failed'
    expect(fromProblem({ type, title: 'x' }, 'till-refused').code).toBe('verification-failed')
    expect(fromProblem({ type: 'about:blank' }, 'till-refused').code).toBe('till-refused')
    expect(fromProblem({ type: 'https://x/constructor', code: 'toString' }, 'till-refused').code).toBe('till-refused')
    for (const body of [null, 'x', 5, [], { type: 5 }, { details: { a: {} } }]) {
      expect(fromProblem(body, 'till-refused').code).toBe('till-refused')
    }
  })
})

describe('NUT errors', () => {
  test.each(codes)('%s survives the way there and back', (code) => {
    const body = JSON.parse(JSON.stringify(toNutError(new TuppenceError(code)))) as unknown
    expect(fromNutError(body, 'internal').code).toBe(code)
  })

  test('has the numbers of the NUTs', () => {
    expect(toNutError(new TuppenceError('coins-spent')).code).toBe(11001)
    expect(toNutError(new TuppenceError('quote-signature-invalid')).code).toBe(20008)
    expect(toNutError(new TypeError('no')).code).toBe(10000)
  })

  test('reads another mint by the number alone', () => {
    expect(fromNutError({ code: 12002, detail: 'Keyset inactive' }, 'mint-response-invalid').code).toBe(
      'keyset-inactive',
    )
    expect(fromNutError({ code: 11001, detail: 'bad-token: x' }, 'mint-response-invalid').code).toBe('coins-spent')
    expect(fromNutError({ code: 99 }, 'mint-response-invalid').code).toBe('mint-response-invalid')
    expect(fromNutError({ detail: 'x' }, 'mint-response-invalid').code).toBe('mint-response-invalid')
    expect(fromNutError('<html>', 'mint-response-invalid').code).toBe('mint-response-invalid')
  })
})

describe('isErrorCode', () => {
  test('knows the table and not the prototype', () => {
    expect(isErrorCode('offline')).toBe(true)
    expect(isErrorCode('hasOwnProperty')).toBe(false)
    expect(isErrorCode(5)).toBe(false)
  })
})
