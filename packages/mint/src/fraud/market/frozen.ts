// Thresholds, terms and people that the figures in docs/fraud.md are for, frozen with a checksum; main.ts refuses any others.

import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { fraudDefaults } from '../settings.ts'
import { marketSize } from './market.ts'
import { policyTerms, type Policy } from './policy.ts'
import { reviewerSkill } from './reviewer.ts'

/** Seeds that thresholds were chosen on, and those that they are judged on: no market is in both. */
export const seedRanges = { tuning: 'tune', heldOut: 'held-out' } as const

/** What is frozen: the product's defaults, and how well people see. */
export const frozenPolicy: Policy = { settings: fraudDefaults, terms: policyTerms, skill: reviewerSkill }

const file = new URL('frozen.json', import.meta.url)

/** SHA-256 of all that a figure hangs on but the seed. */
export function checksumOf(policy: Policy): string {
  return createHash('sha256')
    .update(JSON.stringify([policy.settings, policy.terms, policy.skill, marketSize]))
    .digest('hex')
}

/** What was frozen. @throws {Error} The product's defaults are not what was frozen. */
export function readFrozen(): { readonly frozenOn: string; readonly checksum: string } {
  const frozen = JSON.parse(readFileSync(file, 'utf8')) as { frozenOn: string; checksum: string }
  const now = checksumOf(frozenPolicy)
  if (frozen.checksum !== now)
    throw new Error(
      `The thresholds are not those that were frozen (${now.slice(0, 12)}, frozen ${frozen.checksum.slice(0, 12)}). Tune with --tune, then freeze with --freeze.`,
    )
  return frozen
}

/** Freezes what is there now. */
export function writeFrozen(today: string): void {
  const text = {
    frozenOn: today,
    checksum: checksumOf(frozenPolicy),
    tunedOn: `${seedRanges.tuning}-0 and up`,
    judgedOn: `${seedRanges.heldOut}-0 and up`,
    ...frozenPolicy,
  }
  writeFileSync(file, `${JSON.stringify(text, null, 2)}\n`)
}
