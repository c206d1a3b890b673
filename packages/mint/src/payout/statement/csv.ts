// A statement as text: JSON, or a file that a bookkeeper's program reads; handlers.ts and the operator's listener answer with it.

import { decimalAmount, TuppenceError, type Statement } from '@tuppence/protocol'
import type { Deps } from '../../deps.ts'
import type { AccountRow } from '../../ledger/port.ts'
import { writeCsv } from '../csv.ts'
import { makeStatement, readStatementQuery } from './statement.ts'

const header = ['date', 'time', 'kind', 'reference', 'count', 'amount', 'tax contained', 'balance', 'currency']

/** Writes a statement: a line `opening`, every line, a line `closing`. Amounts are decimals of the unit, with a dot. */
export function statementCsv({
  account,
  mint,
  unit,
  month,
  from,
  to,
  opening,
  closing,
  totals,
  lines,
  tax,
}: Statement): string {
  const money = (amount: number) => `${amount < 0 ? '-' : ''}${decimalAmount(Math.abs(amount), unit)}`
  const currency = unit.toUpperCase()
  const edge = (at: string, kind: string, balance: number) => [
    at.slice(0, 10),
    at.slice(11, 19),
    kind,
    `${account.id} ${account.name}`,
    '',
    '',
    '',
    money(balance),
    currency,
  ]
  const about = `${mint.name} ${mint.url} ${month}`
  return writeCsv(header, [
    edge(from, 'opening', opening),
    ...lines.map((line) => [
      line.at.slice(0, 10),
      line.at.slice(11, 19),
      line.kind,
      line.reference,
      line.count,
      money(line.amount),
      money(line.tax),
      money(line.balance),
      currency,
    ]),
    [
      to.slice(0, 10),
      to.slice(11, 19),
      'closing',
      about,
      totals.lines,
      money(closing - opening),
      money(totals.tax),
      money(closing),
      currency,
    ],
    ...(tax.basisPoints === 0
      ? []
      : [
          [
            '',
            '',
            'tax',
            `${tax.name} ${tax.basisPoints / 100} % ${tax.operatorNumber}`.trim(),
            '',
            '',
            money(totals.tax),
            '',
            currency,
          ],
        ]),
  ])
}

/** Whether a statement is asked for as CSV. @throws {TuppenceError} `bad-request` As something else that it is not made as. */
export function isCsv(query: URLSearchParams): boolean {
  const format = query.get('format') ?? 'json'
  if (format !== 'csv' && format !== 'json') throw new TuppenceError('bad-request', { details: { field: 'format' } })
  return format === 'csv'
}

/** Answers a query for a statement. @throws {TuppenceError} As readStatementQuery, makeStatement. */
export async function statementText(deps: Deps, account: AccountRow, query: URLSearchParams): Promise<string> {
  const inCsv = isCsv(query)
  const statement = await makeStatement(deps, account, readStatementQuery(deps, query))
  return inCsv ? statementCsv(statement) : JSON.stringify(statement)
}
