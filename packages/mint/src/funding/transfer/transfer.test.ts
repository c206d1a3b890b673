import { randomBytes } from 'node:crypto'
import { bytesToHex } from '@tuppence/protocol'
import { publicKey } from '@tuppence/protocol/crypto'
import * as fc from 'fast-check'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditLedger } from '../../audit/run.ts'
import { accountsOf } from '../../testing/card.ts'
import { startTestMint, type TestMint } from '../../testing/mint.ts'
import { transferSchema } from './config.ts'
import { findReferences, makeReference, showReference } from './reference.ts'
import { readStatement } from './statement.ts'
import { assignTransfer, dismissTransfer, importStatement, transferFunding } from './transfer.ts'

const transfer = { enabled: true, iban: 'DE75512108001245126199', holder: 'Press & Co' } as const
const settings = v.parse(transferSchema, transfer)

describe('a reference', () => {
  const made = fc.uint8Array({ minLength: 7, maxLength: 7 }).map((bytes) => makeReference(bytes))
  test('is found in what people write around it, and in no other form', () => {
    fc.assert(
      fc.property(made, fc.constantFrom('', 'Thanks! ', 'ref: ', 'Invoice 12 '), (reference, before) => {
        const typed = `${before}${showReference(reference).toLowerCase()} from me`
        expect(findReferences(typed)).toEqual([reference])
        expect(findReferences(`${reference.slice(0, 4)} ${reference.slice(4)}`)).toEqual([reference])
      }),
    )
  })
  test('with a symbol changed is hardly ever another one', () => {
    const misread = Array.from({ length: 2000 }, () => makeReference(randomBytes(7))).filter((reference, index) => {
      const at = 3 + (index % 12)
      const other = reference[at] === '7' ? '8' : '7'
      return findReferences(reference.slice(0, at) + other + reference.slice(at + 1)).length > 0
    })
    // Ten bits of check: one in a thousand.
    expect(misread.length).toBeLessThan(20)
  })
})

const csvOf = (
  ...rows: (readonly [date: string, amount: string, text: string, account?: string, currency?: string])[]
) =>
  [
    'date,amount,currency,reference,account',
    ...rows.map(
      ([date, amount, text, account = '', currency = 'USD']) => `${date},"${amount}",${currency},"${text}",${account}`,
    ),
  ].join('\n')

const camtOf = (...entries: string[]) => `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>${entries.join('')}</Stmt></BkToCstmrStmt></Document>`
const entry = (ref: string, amount: string, text: string, more = '', direction = 'CRDT') =>
  `<Ntry><NtryRef>${ref}</NtryRef><Amt Ccy="USD">${amount}</Amt><CdtDbtInd>${direction}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-20</Dt></BookgDt><NtryDtls><TxDtls><RmtInf><Ustrd>${text}</Ustrd></RmtInf>
<RltdPties><DbtrAcct><Id><IBAN>GB29NWBK60161331926819</IBAN></Id></DbtrAcct></RltdPties>${more}</TxDtls></NtryDtls></Ntry>`

describe('bank transfers', () => {
  let mint: TestMint
  const take = (text: string) => importStatement(mint.served.deps, text, settings)
  const ask = async (amount = 1000) => {
    const key = Uint8Array.from(randomBytes(32))
    key[0] = 1
    const { text } = await mint.post('/v1/mint/quote/transfer', {
      amount,
      unit: 'usd',
      pubkey: bytesToHex(publicKey(key)),
    })
    const { quote, request } = JSON.parse(text) as { quote: string; request: string }
    return { quote, request, reference: new URL(request).searchParams.get('message') ?? '' }
  }
  const stateOf = async (quote: string) =>
    JSON.parse((await mint.get(`/v1/mint/quote/transfer/${quote}`)).text) as object
  beforeAll(async () => {
    mint = await startTestMint({ funding: { transfer } })
  })
  afterAll(() => mint.close())

  test('ask for a sum and a reference in the words of RFC 8905, and do not say which quote it is', async () => {
    const { quote, request } = await ask(1005)
    expect(request).toMatch(
      /^payto:\/\/iban\/DE75512108001245126199\?amount=USD%3A10\.05&receiver-name=Press%20%26%20Co&message=TUP-\w{4}-\w{4}-\w{4}$/,
    )
    expect(request).not.toContain(quote)
  })

  test('credit what came: less, more, in parts, late, and each line once in however many files', async () => {
    const [part, over, late] = [await ask(), await ask(), await ask()]
    mint.clock.offsetMs += 40 * 86_400_000
    const first = csvOf(
      ['2026-11-20', '4.00', part.reference],
      ['2026-11-20', '1,012.50', over.reference],
      ['2026-11-21', '10.00', late.reference],
    )
    expect(await take(first)).toEqual({ lines: 3, known: 0, credited: 3, unknown: 0, left: 0 })
    expect(await stateOf(part.quote)).toMatchObject({ state: 'UNPAID', amount_paid: 400 })
    expect(await stateOf(over.quote)).toMatchObject({ state: 'PAID', amount_paid: 101_250 })
    expect(await stateOf(late.quote)).toMatchObject({ state: 'PAID', amount_paid: 1000 })
    // The next file has the day again, and the rest.
    const second = `${first}\n2026-11-22,6.00,USD,${part.reference},`
    expect(await take(second)).toMatchObject({ lines: 4, known: 3, credited: 1 })
    expect(await stateOf(part.quote)).toMatchObject({ state: 'PAID', amount_paid: 1000 })
    expect(await take(second)).toMatchObject({ known: 4, credited: 0 })
  })

  test('two equal lines of one day are two payments', async () => {
    const { quote, reference } = await ask()
    const line = ['2026-11-23', '5.00', reference] as const
    expect(await take(csvOf(line, line))).toMatchObject({ credited: 2 })
    expect(await take(csvOf(line, line))).toMatchObject({ known: 2 })
    expect(await stateOf(quote)).toMatchObject({ state: 'PAID', amount_paid: 1000 })
  })

  test('are read from camt.053 as well; what is booked out, reversed, pending or foreign credits nobody', async () => {
    const { quote, reference } = await ask()
    const file = camtOf(
      entry('N1', '10.00', `Top-up ${reference}`),
      entry('N2', '3.00', reference, '', 'DBIT'),
      entry('N3', '3.00', reference).replace('<Sts>', '<RvslInd>true</RvslInd><Sts>'),
      entry('N4', '3.00', reference).replace('BOOK', 'PDNG'),
      entry('N5', '3.00', reference).replace('"USD"', '"EUR"'),
    )
    expect(await take(file)).toEqual({ lines: 4, known: 0, credited: 1, unknown: 0, left: 3 })
    expect(await take(file)).toMatchObject({ known: 4 })
    expect(await stateOf(quote)).toMatchObject({ state: 'PAID', amount_paid: 1000 })
    const rows = await mint.served.deps.office.db.selectFrom('transfer_lines').selectAll().execute()
    // The payer's account is kept as rules know it.
    expect(JSON.stringify(rows)).not.toContain('GB29NWBK60161331926819')
    expect(rows.some(({ instrument }) => instrument?.startsWith('iban:'))).toBe(true)
  })

  test('without a reference, or with an unknown one, wait for a person, who assigns or dismisses each once', async () => {
    const { quote, reference } = await ask()
    const unknown = showReference(makeReference(randomBytes(7)))
    const file = csvOf(
      ['2026-11-24', '10.00', 'for the paper'],
      ['2026-11-24', '7.00', unknown],
      ['2026-11-24', '1.00', `${reference} ${unknown}`],
    )
    expect(await take(file)).toMatchObject({ unknown: 3, credited: 0 })
    const { deps } = mint.served
    const waiting = await deps.office.db
      .selectFrom('transfer_lines')
      .selectAll()
      .where('state', '=', 'unknown')
      .execute()
    const [ten, seven, one] = [1000, 700, 100].map((amount) => waiting.find((line) => line.amount === amount)?.id ?? '')
    const decision = { by: 'ada', note: 'rang the payer' }
    await expect(assignTransfer(deps, ten ?? '', unknown, decision)).rejects.toMatchObject({ code: 'quote-unknown' })
    await assignTransfer(deps, ten ?? '', reference, decision)
    await expect(assignTransfer(deps, ten ?? '', reference, decision)).rejects.toMatchObject({ code: 'not-found' })
    await dismissTransfer(deps, seven ?? '', decision)
    await dismissTransfer(deps, one ?? '', decision)
    expect(await stateOf(quote)).toMatchObject({ state: 'PAID', amount_paid: 1000 })
    expect(await take(file)).toMatchObject({ known: 3 })
  })

  test('assigned by hand and cut off before it was noted stay whose they are', async () => {
    const { quote, reference } = await ask()
    const file = csvOf(['2026-11-24', '12.00', 'cut off'])
    await take(file)
    const { deps } = mint.served
    const rows = deps.office.db.selectFrom('transfer_lines').selectAll().where('text', '=', 'cut off')
    const { id } = await rows.executeTakeFirstOrThrow()
    await assignTransfer(deps, id, reference, { by: 'ada', note: '' })
    // As a crash leaves it: the ledger has it, the office does not know.
    await deps.office.db
      .updateTable('transfer_lines')
      .set({ state: 'new', reference: null })
      .where('id', '=', id)
      .execute()
    expect(await take(file)).toMatchObject({ credited: 1, unknown: 0 })
    expect(await rows.executeTakeFirst()).toMatchObject({ state: 'credited', reference: reference.replaceAll('-', '') })
    await expect(dismissTransfer(deps, id, { by: 'ada', note: '' })).rejects.toMatchObject({ code: 'not-found' })
    expect(await stateOf(quote)).toMatchObject({ amount_paid: 1200 })
  })

  test('a file that cannot be read books nothing of it', async () => {
    const { reference } = await ask()
    const before = await accountsOf({ mint })
    const good = csvOf(['2026-11-25', '10.00', reference])
    for (const text of [
      `${good}\n2026-11-25,ten,USD,${reference},`,
      `${good}\n2026-11-25,99999999999999,USD,${reference},`,
      'date;amount\n2026-11-25;1',
      '<Document><Other/></Document>',
      `<!DOCTYPE a [<!ENTITY b "${'c'.repeat(10)}">]>${camtOf(entry('N9', '10.00', reference))}`,
      camtOf(entry('N9', '1.2.3', reference)),
    ]) {
      await expect(take(text)).rejects.toMatchObject({ code: 'bad-request' })
    }
    expect(await accountsOf({ mint })).toEqual(before)
    expect((await auditLedger(mint.served.deps.config)).findings).toEqual([])
  })
})

describe('lines that a bank names badly', () => {
  const named = v.parse(transferSchema, { ...transfer, csv: { id: 'Nr' } })
  const csv = (...rows: string[]) => ['Nr,date,amount,currency,reference,account', ...rows].join('\n')
  const idsOf = (text: string) => readStatement(text, named).map(({ id }) => id)
  const [a, b, c] = ['NONREF,2026-11-20,5.00,USD,a,', 'NONREF,2026-11-20,6.00,USD,b,', 'NONREF,2026-11-21,5.00,USD,c,']

  test('are the same ones in whatever file and order, and each is one', () => {
    const [idA, idB] = idsOf(csv(a, b))
    expect(idsOf(csv(b, a))).toEqual([idB, idA])
    expect(idsOf(csv(c, a, b)).slice(1)).toEqual([idA, idB])
    expect(new Set(idsOf(csv(a, b, c))).size).toBe(3)
    expect(idsOf(csv(c))).not.toContain(idA)
  })

  test('are not taken for those that had the same number in yesterday’s statement', () => {
    const yesterday = camtOf(entry('1', '10.00', 'from one'))
    const today = camtOf(entry('1', '10.00', 'from another').replace('2026-11-20', '2026-11-21'))
    expect(idsOf(yesterday)).not.toEqual(idsOf(today))
    // A statement of both days numbers them otherwise.
    const both = camtOf(entry('1', '10.00', 'from one'), entry('2', '10.00', 'from another').replace('-20', '-21'))
    expect(idsOf(both)).toEqual([...idsOf(yesterday), ...idsOf(today)])
  })
})

test('a sum whose marks are not where they belong is not a sum', () => {
  const read = (amount: string, decimal: '.' | ',') =>
    readStatement(
      `date;amount;currency;reference;account\n2026-11-20;${amount};USD;x;`,
      v.parse(transferSchema, { ...transfer, csv: { delimiter: ';', decimal } }),
    ).map((line) => line.amount)
  expect(read('1,234,567.8', '.')).toEqual([123_456_780])
  expect(read('+1 234,56', ',')).toEqual([123_456])
  for (const [amount, decimal] of [
    ['10,50', '.'],
    ['10.50', ','],
    ['1,2345.00', '.'],
    ['1.234.5', ','],
  ] as const)
    expect(() => read(amount, decimal), amount).toThrow()
})

test('a unit without cents cannot be asked for', () => {
  expect(transferFunding(settings, ['usd', 'jpy', 'sat']).units).toEqual(['usd'])
})

test('a bank that writes commas and semicolons is read by what it calls its columns', () => {
  const csv = {
    delimiter: ';',
    decimal: ',',
    id: 'Nr',
    date: 'Buchung',
    amount: 'Betrag',
    currency: 'W',
    text: 'Zweck',
    account: 'IBAN',
  }
  const german = v.parse(transferSchema, { ...transfer, csv })
  const lines = readStatement(
    '\uFEFFNr;Buchung;Betrag;W;Zweck;IBAN\n7;20.11.2026;1.234,5;EUR;"TUP; x";DE1\n8;20.11.2026;-0,07;EUR;y;',
    german,
  )
  expect(lines.map(({ amount, currency, text }) => [amount, currency, text])).toEqual([
    [123_450, 'eur', 'TUP; x'],
    [-7, 'eur', 'y'],
  ])
})
