// A credit transfer initiation as banks read it (ISO 20022, pain.001.001.09, as the SEPA guidelines narrow it); bank-file.ts writes it.

import { decimalAmount } from '@tuppence/protocol'

/** An account at a bank. */
export interface Party {
  readonly name: string
  readonly iban: string
  readonly bic?: string | undefined
}

/** One transfer of a file. `id` comes back in the bank's own reports (EndToEndId); `amount` in minor units. */
export interface Transfer {
  readonly id: string
  readonly amount: number
  readonly to: Party
  /** What the receiver reads. */
  readonly text: string
}

/** A file. All of its transfers are of one unit; `on` is the day they are to be made, `2026-11-23`. */
export interface TransferFile {
  readonly id: string
  readonly unit: string
  readonly createdAtMs: number
  readonly on: string
  readonly from: Party
  readonly transfers: readonly Transfer[]
}

/** Writes a file. Amounts are put together from whole minor units; sums are of those. */
export function writePain001({ id, unit, createdAtMs, on, from, transfers }: TransferFile): string {
  const total = decimalAmount(
    transfers.reduce((sum, { amount }) => sum + amount, 0),
    unit,
  )
  const count = element('NbOfTxs', String(transfers.length)) + element('CtrlSum', total)
  const header = [
    element('MsgId', id),
    element('CreDtTm', new Date(createdAtMs).toISOString().slice(0, 19) + 'Z'),
    count,
    nest('InitgPty', element('Nm', bankText(from.name, 70))),
  ]
  const payment = [
    element('PmtInfId', id),
    element('PmtMtd', 'TRF'),
    element('BtchBookg', 'false'),
    count,
    unit === 'eur' ? nest('PmtTpInf', nest('SvcLvl', element('Cd', 'SEPA'))) : '',
    nest('ReqdExctnDt', element('Dt', on)),
    nest('Dbtr', element('Nm', bankText(from.name, 70))),
    nest('DbtrAcct', nest('Id', element('IBAN', from.iban))),
    // Whoever knows the IBAN finds the bank; the element has to be there all the same.
    nest('DbtrAgt', agent(from.bic ?? 'NOTPROVIDED')),
    element('ChrgBr', unit === 'eur' ? 'SLEV' : 'SHAR'),
    ...transfers.map((transfer) => transferElement(transfer, unit)),
  ]
  const body = nest('CstmrCdtTrfInitn', nest('GrpHdr', ...header), nest('PmtInf', ...payment))
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">${body}</Document>\n`
}

function transferElement({ id, amount, to, text }: Transfer, unit: string): string {
  const instructed = `<InstdAmt Ccy="${escapeXml(unit.toUpperCase())}">${decimalAmount(amount, unit)}</InstdAmt>`
  return nest(
    'CdtTrfTxInf',
    nest('PmtId', element('EndToEndId', id)),
    nest('Amt', instructed),
    to.bic === undefined ? '' : nest('CdtrAgt', agent(to.bic)),
    nest('Cdtr', element('Nm', bankText(to.name, 70))),
    nest('CdtrAcct', nest('Id', element('IBAN', to.iban))),
    nest('RmtInf', element('Ustrd', bankText(text, 140))),
  )
}

function agent(bic: string): string {
  const id = bic === 'NOTPROVIDED' ? nest('Othr', element('Id', bic)) : element('BICFI', bic)
  return nest('FinInstnId', id)
}

/**
 * Text in the letters that every bank takes: Latin without accents, digits, a few signs; what is left becomes a dot.
 *
 * @see EPC217-08, "SEPA Requirements for an Extended Character Set", its basic set
 */
export function bankText(text: string, charsMax: number): string {
  const spelled = text
    .replace(/ß/g, 'ss')
    .replace(/Æ/g, 'AE')
    .replace(/æ/g, 'ae')
    .replace(/[Øø]/g, 'o')
    .replace(/[Łł]/g, 'l')
  const plain = spelled.normalize('NFKD').replace(/\p{M}/gu, '')
  const kept = plain.replace(/[^A-Za-z0-9/?:().,'+ -]/g, '.').replace(/\s+/g, ' ')
  // A reference may not begin with a slash or have two together.
  const safe = kept.replace(/\/{2,}/g, '/').replace(/^[/ ]+/, '')
  return safe.slice(0, charsMax).trim() || '.'
}

function element(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`
}

function nest(name: string, ...inner: readonly string[]): string {
  return `<${name}>${inner.join('')}</${name}>`
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
