// The commands `tuppence-mint vouchers …`: sells a batch, calls one off, lists them; command-parts.ts lists this.

import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { voucherLink } from '@tuppence/protocol'
import type { CommandCall, CommandPart } from '../../command-part.ts'
import { openMint } from '../../mint.ts'
import { openOffice } from '../../office/office.ts'
import { batchMost, sellVouchers, voidVouchers, type VoucherDeps } from './sell.ts'
import { voucherSheet } from './sheet.ts'

/** @see usage */
export const vouchersCommand: CommandPart = {
  usage: [
    'vouchers sell --count 100 --amount 1000 --wallet https://wallet.example [--unit usd] [--until 2027-12-31] [--name N] [--out FILES]',
    'vouchers void <batch> | vouchers list [--config mint.json]',
  ],
  options: {
    count: { type: 'string' },
    amount: { type: 'string' },
    wallet: { type: 'string' },
    until: { type: 'string' },
    out: { type: 'string' },
  },
  run: async (call) => {
    const [noun, verb, batch] = call.words
    if (noun !== 'vouchers') return undefined
    if (verb === 'sell') return withMint(call, (deps) => sell(call, deps))
    if (verb === 'list') return withMint(call, (deps) => list(call, deps))
    if (verb !== 'void' || batch === undefined) return undefined
    return withMint(call, async (deps) => {
      const voided = await voidVouchers(deps, batch)
      call.proc.stdout.write(`${JSON.stringify({ event: 'vouchers-void', batch, voided: voided ?? 0 })}\n`)
      return voided === undefined ? 1 : 0
    })
  },
}

async function withMint({ config }: CommandCall, work: (deps: VoucherDeps) => Promise<number>): Promise<number> {
  const { ledger, ports, work: curve } = await openMint(config)
  const office = await openOffice(config)
  try {
    return await work({ ...ports, ledger, office })
  } finally {
    await office.close()
    await curve.close()
    await ledger.close()
  }
}

async function sell({ values, config, proc }: CommandCall, deps: VoucherDeps): Promise<number> {
  const text = (name: string) => (typeof values[name] === 'string' ? (values[name] as string) : '')
  const unit = text('unit') === '' ? (config.units[0] ?? '') : text('unit')
  const [count, amount] = [Number(text('count')), Number(text('amount'))]
  const wallet = text('wallet').replace(/\/+$/, '')
  const untilMs = text('until') === '' ? undefined : Date.parse(`${text('until')}T23:59:59Z`)
  const bounds = config.funding.voucher
  const named = text('out') === '' ? undefined : resolve(proc.cwd(), text('out'))
  // Before anything is sold: its codes would be nowhere.
  const out = named === undefined ? [] : filesOf(named)
  const complaint =
    bounds?.enabled !== true
      ? 'the configuration has no funding.voucher'
      : !config.units.includes(unit)
        ? `the mint has no unit ${unit}`
        : !Number.isSafeInteger(count) || count < 1 || count > batchMost
          ? `--count: 1 to ${batchMost}`
          : !Number.isSafeInteger(amount) || amount < bounds.minAmount || amount > bounds.maxAmount
            ? `--amount: ${bounds.minAmount} to ${bounds.maxAmount}, in minor units`
            : !/^https?:\/\/[^/?#]+$/.test(wallet)
              ? '--wallet: the origin of the wallet'
              : untilMs !== undefined && !(untilMs > deps.clock.nowMs())
                ? '--until: a date to come, YYYY-MM-DD'
                : out.some((file) => existsSync(file))
                  ? '--out: there are such files'
                  : undefined
  if (complaint !== undefined) {
    proc.stderr.write(`tuppence-mint: vouchers sell: ${complaint}\n`)
    return 2
  }
  const title = text('name') === '' ? config.name : text('name')
  const { batch, codes } = await sellVouchers(deps, { unit, amount, count, label: title, expiresAtMs: untilMs })
  const [csv, html] = filesOf(named ?? resolve(proc.cwd(), `vouchers-${batch}`))
  // Whoever reads these files can spend them. The link's fragment never reaches a server.
  const rows = codes.map((code) => ({ code, amount, unit, link: voucherLink(wallet, code) }))
  writeFileSync(csv, stringify(rows, { header: true }), { mode: 0o600, flag: 'wx' })
  writeFileSync(html, voucherSheet(codes, { wallet, title, unit, amount, expiresAtMs: untilMs }), {
    mode: 0o600,
    flag: 'wx',
  })
  const files = [csv, html]
  proc.stdout.write(`${JSON.stringify({ event: 'vouchers-sold', batch, count, amount, unit, files })}\n`)
  return 0
}

const filesOf = (base: string) => [`${base}.csv`, `${base}.html`] as const

async function list({ proc }: CommandCall, { office }: VoucherDeps): Promise<number> {
  const rows = await office.db.selectFrom('voucher_batches').selectAll().orderBy('created_at_ms').execute()
  for (const row of rows) proc.stdout.write(`${JSON.stringify(row)}\n`)
  return 0
}
