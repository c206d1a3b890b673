// What a rule's no is called towards the reader; card.ts says it at the quote, follow.ts once the card is known.

import type { Finding } from '../../fraud/facts.ts'

/** The error code of a finding: one that passes by itself, or not. */
export function refusalCode({ untilMs }: Finding): 'funding-too-often' | 'funding-refused' {
  return untilMs === undefined ? 'funding-refused' : 'funding-too-often'
}
