import { TuppenceError } from '@tuppence/protocol'
import { expect, test } from 'vitest'
import { codeOf, reasonOf } from './code-of.ts'

test.each([
  [{ status: 'refused', reason: 'card-declined' }, 'card-declined'],
  // It may have been paid for: nobody is told that they went back.
  [{ status: 'expired' }, 'quote-expired'],
  [{ status: 'waiting', paymentId: 'p' }, 'stopped'],
] as const)('a checkout that ended with %o is explained by %s', (outcome, reason) => {
  expect(reasonOf(outcome)).toBe(reason)
})

test('a mint’s own reason is said, a number of the NUTs is not', () => {
  const invalid = (reason: string) => new TuppenceError('mint-response-invalid', { details: { reason } })
  expect(codeOf(invalid('withdrawal-too-large'))).toBe('withdrawal-too-large')
  expect(codeOf(invalid('nut-20001'))).toBe('mint-response-invalid')
  expect(codeOf(new Error('a bug'))).toBe('internal')
})
