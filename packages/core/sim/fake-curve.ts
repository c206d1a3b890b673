/** Curve arithmetic for 99 runs of 100, shared with the tests. */
export { fakeCurve, fakeMintCurve, verifyFakeQuote } from '../src/testing/fake-curve.ts'
