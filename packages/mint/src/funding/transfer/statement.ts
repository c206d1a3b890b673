// Reads what a bank says came in: a CSV with a head, or ISO 20022's camt.053; transfer.ts books it.

import { createHash } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import { XMLParser } from 'fast-xml-parser'
import { TuppenceError } from '@tuppence/protocol'
import type { TransferSettings } from './config.ts'

/** One line of a bank's statement. `amount`: minor units; below zero when it went out. */
export interface BankLine {
  /** The same line has the same name in every file that it is in. */
  readonly id: string
  readonly date: string
  readonly amount: number
  readonly currency: string
  /** What the payer wrote. */
  readonly text: string
  /** The payer's account, where the bank tells it. */
  readonly account: string | undefined
}

/** Largest file that is read, in characters. */
const charsMax = 50_000_000

/** Reads a statement, whichever it is. @throws {TuppenceError} `bad-request`; `details.line` is where. */
export function readStatement(text: string, settings: TransferSettings): BankLine[] {
  if (text.length > charsMax) throw new TuppenceError('body-too-large')
  const lines = /^\s*(?:\uFEFF)?\s*</.test(text) ? readCamt(text) : readCsv(text, settings.csv)
  // Equal lines of a day are told apart by how many there were before, so that order and neighbours don't matter. A name of the
  // bank's that comes twice is not one by itself: it names a sum of a day.
  const seen = new Map<string, number>()
  return lines.map(({ id, ...line }) => {
    const { date, amount, currency, text: written, account = '' } = line
    const isNamed = id !== undefined && !/^(?:NONREF|NOTPROVIDED|NONE|0+)$/i.test(id)
    const name = JSON.stringify(
      isNamed ? ['id', id, date, amount, currency] : [date, amount, currency, written, account],
    )
    const before = seen.get(name) ?? 0
    seen.set(name, before + 1)
    return { ...line, id: createHash('sha256').update(`${before} ${name}`).digest('hex') }
  })
}

type RawLine = Omit<BankLine, 'id'> & { readonly id: string | undefined }

function readCsv(text: string, names: TransferSettings['csv']): RawLine[] {
  let rows: Record<string, string>[]
  try {
    rows = parse(text, { columns: true, bom: true, delimiter: names.delimiter, skip_empty_lines: true, trim: true })
  } catch (cause) {
    throw new TuppenceError('bad-request', { cause, details: { field: 'csv' }, message: 'the CSV cannot be read' })
  }
  return rows.map((row, index) => {
    const cell = (name: string) => row[name] ?? fail(index + 2, name)
    return {
      id: names.id === undefined || row[names.id] === '' ? undefined : row[names.id],
      date: cell(names.date),
      amount: minorUnits(cell(names.amount), names.decimal) ?? fail(index + 2, names.amount),
      currency: cell(names.currency).toLowerCase(),
      text: cell(names.text),
      account: row[names.account] === '' ? undefined : row[names.account],
    }
  })
}

/** `-1,234.50` to minor units: two digits after the mark, or none; marks of thousands only where they belong. */
function minorUnits(text: string, decimal: '.' | ','): number | undefined {
  const groups = decimal === '.' ? / (?=\d{3})|,/g : / (?=\d{3})|\./g
  const match = /^([+-]?)(\d{1,12}|\d{1,3}(?:G\d{3}){1,3})(?:D(\d{1,2}))?$/.exec(
    text.replace(decimal, 'D').replace(groups, 'G'),
  )
  if (match === null) return undefined
  const amount = Number(match[2]?.replaceAll('G', '')) * 100 + Number((match[3] ?? '').padEnd(2, '0'))
  return match[1] === '-' ? -amount : amount
}

type Node = Readonly<Record<string, unknown>>

const listed = ['Stmt', 'Ntry', 'NtryDtls', 'TxDtls', 'Ustrd', 'Strd']

function readCamt(text: string): RawLine[] {
  // No entities of a document's own: they are how XML is made to explode.
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw new TuppenceError('bad-request', { details: { field: 'xml' } })
  const parser = new XMLParser({
    ignoreAttributes: false,
    removeNSPrefix: true,
    parseTagValue: false,
    processEntities: true,
    isArray: (name) => listed.includes(name),
  })
  let document: Node
  try {
    document = parser.parse(text) as Node
  } catch (cause) {
    throw new TuppenceError('bad-request', { cause, details: { field: 'xml' }, message: 'the XML cannot be read' })
  }
  const statements = list(at(document, 'Document', 'BkToCstmrStmt', 'Stmt'))
  if (statements.length === 0) throw new TuppenceError('bad-request', { details: { field: 'camt.053' } })
  return statements.flatMap((statement) => list(at(statement, 'Ntry')).flatMap(linesOfEntry))
}

/** An entry is one line, or, where the bank collects, one for each payment in it. Only what is booked counts. */
function linesOfEntry(entry: Node, index: number): RawLine[] {
  const status = text(at(entry, 'Sts', 'Cd')) ?? text(at(entry, 'Sts'))
  if (status !== undefined && status !== 'BOOK') return []
  const date = text(at(entry, 'BookgDt', 'Dt')) ?? text(at(entry, 'BookgDt', 'DtTm'))?.slice(0, 10) ?? ''
  const details = list(at(entry, 'NtryDtls')).flatMap((each) => list(at(each, 'TxDtls')))
  // Not NtryRef: that is often the line's number in this one statement.
  const own = text(at(entry, 'AcctSvcrRef'))
  const isReversal = text(at(entry, 'RvslInd')) === 'true'
  const parts = details.length > 1 ? details : [details[0] ?? {}]
  return parts.map((part, place) => {
    const amount = at(part, 'Amt') ?? at(entry, 'Amt')
    const direction = text(at(part, 'CdtDbtInd')) ?? text(at(entry, 'CdtDbtInd'))
    const value = minorUnits(text(amount) ?? '', '.') ?? fail(index + 1, 'Amt')
    const partRef = text(at(part, 'Refs', 'AcctSvcrRef')) ?? text(at(part, 'Refs', 'TxId'))
    const id = partRef ?? (own === undefined ? undefined : details.length > 1 ? `${own}/${place}` : own)
    const written = [
      ...texts(at(part, 'RmtInf', 'Ustrd')),
      ...list(at(part, 'RmtInf', 'Strd')).flatMap((each) => texts(at(each, 'CdtrRefInf', 'Ref'))),
      ...texts(at(part, 'Refs', 'EndToEndId')),
    ]
    return {
      id,
      date,
      amount: (direction === 'CRDT') === !isReversal ? value : -value,
      currency: String((amount as Node | undefined)?.['@_Ccy'] ?? '').toLowerCase(),
      text: written.join(' '),
      account: text(at(part, 'RltdPties', 'DbtrAcct', 'Id', 'IBAN')),
    }
  })
}

function at(node: unknown, ...path: readonly string[]): unknown {
  let now = node
  for (const name of path) now = typeof now === 'object' && now !== null ? (now as Node)[name] : undefined
  return now
}

function list(value: unknown): Node[] {
  return Array.isArray(value) ? (value as Node[]) : typeof value === 'object' && value !== null ? [value as Node] : []
}

function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim()
  const inner = (value as Node | undefined)?.['#text']
  return typeof inner === 'string' ? text(inner) : undefined
}

function texts(value: unknown): string[] {
  const all = Array.isArray(value) ? (value as unknown[]) : [value]
  return all.flatMap((each) => text(each) ?? [])
}

function fail(line: number, field: string): never {
  throw new TuppenceError('bad-request', { details: { field, line }, message: `line ${line}: ${field} cannot be read` })
}
