// Configurations that have a name: `tuppence-mint serve --preset interop`; config.ts lays the file and the environment over one.

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TuppenceError } from '@tuppence/protocol'
import type { MintConfigInput } from './config.ts'

const presets: Readonly<Record<string, () => MintConfigInput>> = {
  /** What other people's test suites expect of a mint: port 3338, `sat` by `bolt11` that is paid after a second, a new ledger. */
  interop: () => ({
    port: 3338,
    dataDir: mkdtempSync(join(tmpdir(), 'tuppence-interop-')),
    units: ['sat'],
    inputFeePpk: 100,
    denominationCount: 32,
    // Rates of the other units, for who adds them with TUPPENCE_MINT_UNITS.
    funding: {
      fakeLightning: { enabled: true, delayMs: 1000, msatPer: { sat: 1000, usd: 12_000, eur: 13_000, krw: 9 } },
    },
    // As many as other mints take at once.
    limits: { inputsMax: 1000, outputsMax: 1000, bodyBytesMax: 1_048_576 },
  }),
}

/** A preset as a configuration to be written over. @throws {TuppenceError} `config-invalid`: no such preset. */
export function presetOf(name: string): Record<string, unknown> {
  const make = Object.hasOwn(presets, name) ? presets[name] : undefined
  if (make === undefined) {
    throw new TuppenceError('config-invalid', {
      details: { field: 'preset' },
      message: `config: there is no preset ${name}; there are ${Object.keys(presets).join(', ')}`,
    })
  }
  return structuredClone(make()) as Record<string, unknown>
}
