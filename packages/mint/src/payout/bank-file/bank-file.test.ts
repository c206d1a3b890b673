import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBooks, plainPayouts, sums, type Books } from '../../testing/payouts.ts'
import { confirmPayout } from '../confirm.ts'
import { releasePayout } from '../decide.ts'
import { changeDestination } from '../destination.ts'
import { freeze, freezeOf, liftFreeze } from '../freeze.ts'
import { sendPayouts } from '../pay.ts'
import { planPayouts } from '../plan.ts'
import { readPayout } from '../state.ts'
import { noFile } from './bank-file.ts'
import { bankText, writePain001 } from './pain001.ts'

const debtor = { name: 'Mint & Söhne', iban: 'DE89370400440532013000', bic: 'DEUTDEFF' }

test('a file has the elements that banks want, in their order, amounts out of whole numbers', () => {
  const transfers = [
    {
      id: 'po-1',
      amount: 5,
      to: { name: 'Zürich <Zeitung>', iban: 'CH9300762011623852957' },
      text: 'mint 2026-11 //a',
    },
    {
      id: 'po-2',
      amount: 123_456_789,
      to: { name: '中文', iban: 'GB29NWBK60161331926819', bic: 'NWBKGB2L' },
      text: 'x',
    },
  ]
  const file = { id: 'tup-1', unit: 'eur', createdAtMs: Date.UTC(2026, 10, 2, 3, 4, 5, 678), on: '2026-11-03' }
  // Valid by the schema that ISO publishes: xmllint --schema pain.001.001.09.xsd said so, for eur, usd and krw.
  expect(writePain001({ ...file, from: debtor, transfers })).toBe(
    [
      '<?xml version="1.0" encoding="UTF-8"?>\n',
      '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>',
      '<GrpHdr><MsgId>tup-1</MsgId><CreDtTm>2026-11-02T03:04:05Z</CreDtTm><NbOfTxs>2</NbOfTxs><CtrlSum>1234567.94</CtrlSum>',
      '<InitgPty><Nm>Mint . Sohne</Nm></InitgPty></GrpHdr>',
      '<PmtInf><PmtInfId>tup-1</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>false</BtchBookg>',
      '<NbOfTxs>2</NbOfTxs><CtrlSum>1234567.94</CtrlSum><PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>',
      '<ReqdExctnDt><Dt>2026-11-03</Dt></ReqdExctnDt><Dbtr><Nm>Mint . Sohne</Nm></Dbtr>',
      '<DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>',
      '<DbtrAgt><FinInstnId><BICFI>DEUTDEFF</BICFI></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>',
      '<CdtTrfTxInf><PmtId><EndToEndId>po-1</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">0.05</InstdAmt></Amt>',
      '<Cdtr><Nm>Zurich .Zeitung.</Nm></Cdtr><CdtrAcct><Id><IBAN>CH9300762011623852957</IBAN></Id></CdtrAcct>',
      '<RmtInf><Ustrd>mint 2026-11 /a</Ustrd></RmtInf></CdtTrfTxInf>',
      '<CdtTrfTxInf><PmtId><EndToEndId>po-2</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">1234567.89</InstdAmt></Amt>',
      '<CdtrAgt><FinInstnId><BICFI>NWBKGB2L</BICFI></FinInstnId></CdtrAgt>',
      '<Cdtr><Nm>..</Nm></Cdtr><CdtrAcct><Id><IBAN>GB29NWBK60161331926819</IBAN></Id></CdtrAcct>',
      '<RmtInf><Ustrd>x</Ustrd></RmtInf></CdtTrfTxInf>',
      '</PmtInf></CstmrCdtTrfInitn></Document>\n',
    ].join(''),
  )
})

test('text for banks has the letters that every bank takes', () => {
  expect(bankText('Übergröße & Co. <script>', 70)).toBe('Ubergrosse . Co. .script.')
  expect(bankText('//a//b', 70)).toBe('a/b')
  expect(bankText('x'.repeat(100), 70)).toHaveLength(70)
  expect(bankText('\u0000', 70)).toBe('.')
})

describe('payouts by file', () => {
  let books: Books
  beforeAll(async () => {
    const bankFile = { enabled: true, units: ['usd'], debtor, paymentsMax: 2 }
    books = await openBooks({ payout: { ...plainPayouts, bankFile }, fees: { commissionBasisPoints: 1000 } })
  })
  afterAll(() => books.close())
  const db = () => books.deps.office.db
  const files = () => db().selectFrom('payout_batches').selectAll().execute()
  let made = 0
  const ready = async (name = 'The Press'): Promise<{ account: string; id: string }> => {
    const account = `press-${made++}`
    await books.deps.ledger.putAccount({ id: account, name: account, publicKey: 'k', keyId: account, createdAtMs: 1 })
    const details = { name, iban: 'DE02 1203 0000 0000 2020 51' }
    await changeDestination(books.deps, { account, method: 'bank-file', details, by: 'anna' })
    await books.deposit(account, 1000)
    const [planned] = await planPayouts(books.deps, { by: 'cli', account })
    const id = planned?.payout ?? ''
    await releasePayout(db(), id, books.clock.ms)
    return { account, id }
  }

  test('each is in one file, however often they are sent, and the files say what the ledger does', async () => {
    const ids = [await ready(), await ready('=cmd()'), await ready()].map(({ id }) => id)
    await sendPayouts(books.deps)
    const once = await files()
    expect(once.map(({ payments, total }) => [payments, total]).toSorted()).toEqual([
      [1, 900],
      [2, 1800],
    ])
    await sendPayouts(books.deps)
    expect(await files()).toEqual(once)
    const all = once.map(({ document }) => document).join('')
    for (const id of ids) expect(all.split(`<EndToEndId>${id}</EndToEndId>`)).toHaveLength(2)
    expect(all).toContain('<InstdAmt Ccy="USD">9.00</InstdAmt>')
    expect(once.map(({ csv }) => csv).join('')).toContain("'=cmd()")
    const [batch] = once
    const rows = await db()
      .selectFrom('payouts')
      .selectAll()
      .where('batch', '=', batch?.id ?? '')
      .execute()
    expect(rows.map(({ state, reason }) => [state, reason.includes(batch?.id ?? '?')])).toContainEqual([
      'sending',
      true,
    ])
    const of = await sums(books.deps)
    expect(rows.map(({ account }) => of.get(`paying-out:${account}`))).toEqual(rows.map(() => 900))
    for (const { id } of rows)
      await confirmPayout(books.deps, { payout: id, outcome: 'paid', person: 'anna', note: '', reference: 'B1' })
    expect((await sums(books.deps)).get('paid-out:bank-file')).toBe(900 * rows.length)
    expect(await readPayout(db(), rows[0]?.id ?? '')).toMatchObject({ state: 'paid', external: 'B1' })
  })

  test('one whose account is stopped is in no file until it is let go', async () => {
    const { account, id } = await ready()
    const unsent = { state: 'sending', booked_at_ms: books.clock.ms } as const
    // Booked, and the mint was killed before the file: then the books were set back, and stopped.
    await db().updateTable('payouts').set(unsent).where('id', '=', id).execute()
    await freeze(db(), { account, reason: 'compare', nowMs: books.clock.ms })
    await sendPayouts(books.deps)
    expect(await readPayout(db(), id)).toMatchObject({ state: 'sending', batch: null })
    const frozen = await freezeOf(db(), account)
    await liftFreeze(db(), frozen?.id ?? '', { person: 'anna', nowMs: books.clock.ms })
    await sendPayouts(books.deps)
    expect((await readPayout(db(), id))?.batch).toMatch(/^tup-/)
  })

  test('one that was kept out of every file was not paid, whatever is said later', async () => {
    const { id } = await ready()
    const unsent = { state: 'sending', booked_at_ms: books.clock.ms, batch: noFile } as const
    // Somebody ended it as not paid, and the mint was killed before the ledger heard.
    await db().updateTable('payouts').set(unsent).where('id', '=', id).execute()
    const said = { payout: id, person: 'anna', note: 'x' } as const
    expect(await confirmPayout(books.deps, { ...said, outcome: 'paid' })).toMatchObject({ status: 'not-sent' })
  })

  test('one that the bank sends back is in the account again', async () => {
    const { account, id } = await ready()
    await sendPayouts(books.deps)
    await confirmPayout(books.deps, { payout: id, outcome: 'failed', person: 'anna', note: 'AC04 closed account' })
    expect((await sums(books.deps)).get(`publisher:${account}`)).toBe(1000)
    expect(await readPayout(db(), id)).toMatchObject({ state: 'failed' })
  })

  test('takes no account that cannot be one', async () => {
    const { account } = await ready()
    for (const details of [
      { name: 'x', iban: 'DE89370400440532013001' },
      { name: '', iban: debtor.iban },
      { name: 'a\u0000b', iban: debtor.iban },
      { name: '\ud800', iban: debtor.iban },
      { name: 'x', iban: debtor.iban, bic: '?' },
      { name: 'x', iban: debtor.iban, more: '' },
    ]) {
      const ask = changeDestination(books.deps, {
        account,
        method: 'bank-file',
        details: details as Record<string, string>,
        by: 'anna',
      })
      await expect(ask, JSON.stringify(details)).rejects.toMatchObject({ code: 'bad-request' })
    }
  })
})
