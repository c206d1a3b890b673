// Audits the ledger of a configuration, with the mint's keys at hand; command.ts calls it.

import { join } from 'node:path'
import type { MintConfig } from '../config.ts'
import { openCurve } from '../curve/open.ts'
import { ed25519Key } from '../ed25519.ts'
import { readMark } from '../epoch.ts'
import { deriveSecret, keysetIdOf } from '../keys.ts'
import { masterSecret } from '../secret-file.ts'
import { audit } from './audit.ts'
import type { AuditReport } from './port.ts'
import { postgresAuditSource } from './postgres-source.ts'
import { sqliteAuditSource } from './sqlite-source.ts'

/**
 * Audits a ledger, read-only; a mint may be serving it meanwhile.
 *
 * @throws {TuppenceError} `key-file-invalid`; {Error} There is no ledger.
 */
export async function auditLedger(config: MintConfig): Promise<AuditReport> {
  const source =
    config.databaseUrl === undefined
      ? sqliteAuditSource(join(config.dataDir, 'ledger.db'))
      : await postgresAuditSource(config.databaseUrl)
  try {
    const makeNone = () => new Uint8Array(32)
    const master = masterSecret(join(config.dataDir, 'master.key'), makeNone, {
      mayMake: false,
      passphrase: config.keyPassphrase,
    })
    const key = ed25519Key(deriveSecret(master, 'checkpoint/0'))
    const curve = openCurve(() => {})
    return await audit(source, {
      verifyCheckpoint: key.verify,
      keysetId: (row) => keysetIdOf({ curve, master }, row),
      mark: readMark(config.epochFile ?? join(config.dataDir, 'ledger.epoch')),
    })
  } finally {
    await source.close()
  }
}
