import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { doubleSecretKey, serveStripeDouble, type ServedStripeDouble } from '../../funding/stripe/double/double.ts'
import { openBooks, plainPayouts, sums, type Books } from '../../testing/payouts.ts'
import { confirmPayout } from '../confirm.ts'
import { releasePayout } from '../decide.ts'
import { changeDestination } from '../destination.ts'
import { sendPayouts } from '../pay.ts'
import { planPayouts } from '../plan.ts'
import { readPayout } from '../state.ts'

/** What the road to Stripe does with new transfers: hands them on; or hands them on, and says something else. */
type Road = 'open' | 'lost' | 'refuses-after' | 'closed'

let stripe: ServedStripeDouble
let road: Road = 'open'
let proxy: Server
let books: Books
let made = 0
beforeAll(async () => {
  stripe = await serveStripeDouble({ seed: 1 })
  proxy = createServer(async (request, response) => {
    const body = []
    for await (const chunk of request) body.push(chunk as Buffer)
    const isTransfer = request.method === 'POST' && request.url === '/v1/transfers'
    if (road === 'closed') return void request.socket.destroy()
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(
        ([name]) => !/^(host|connection|content-length|transfer-encoding)$/.test(name),
      ),
    ) as Record<string, string>
    const answer = await fetch(stripe.url + (request.url ?? ''), {
      method: request.method ?? 'GET',
      headers,
      ...(body.length === 0 ? {} : { body: Buffer.concat(body) }),
    })
    const text = await answer.text()
    if (isTransfer && road === 'lost') return void request.socket.destroy()
    if (isTransfer && road === 'refuses-after') {
      response.writeHead(400, { 'content-type': 'application/json' })
      return void response.end(
        JSON.stringify({ error: { type: 'invalid_request_error', code: 'account_invalid', message: 'no' } }),
      )
    }
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(text)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const apiHost = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const stripeConnect = { enabled: true, secretKey: doubleSecretKey, apiHost, timeoutMs: 1500 }
  books = await openBooks({ payout: { ...plainPayouts, stripeConnect } })
})
afterAll(async () => {
  await books.close()
  proxy.closeAllConnections()
  proxy.close()
  await stripe.close()
})
beforeEach(() => {
  road = 'open'
  stripe.double.behave({ down: false, slowMs: 0, answersThenFails: 0 })
})

const transfers = (id: string) =>
  [...stripe.double.world.transfers.values()].filter((transfer) => transfer.transfer_group === id)
const read = async (id: string) => readPayout(books.deps.office.db, id)
/** A payout that may go. */
async function ready(
  amount = 1000,
  { account = `press_${made++}`, isNew = true } = {},
): Promise<{ id: string; account: string }> {
  if (isNew) {
    stripe.double.addAccount(`acct_${account.replace(/\W/g, '')}`)
    await books.deps.ledger.putAccount({ id: account, name: account, publicKey: 'k', keyId: account, createdAtMs: 1 })
    await changeDestination(books.deps, {
      account,
      method: 'stripe-connect',
      details: { account: `acct_${account}` },
      by: 'account',
    })
  }
  await books.deposit(account, amount)
  const [planned] = await planPayouts(books.deps, { by: 'cli', account })
  const id = planned?.payout ?? ''
  await releasePayout(books.deps.office.db, id, books.clock.ms)
  return { id, account }
}

test('transfers what is owed to the account at Stripe', async () => {
  const { id, account } = await ready()
  await sendPayouts(books.deps)
  expect(transfers(id)).toMatchObject([
    { amount: 1000, currency: 'usd', destination: `acct_${account}`, metadata: { payout: id } },
  ])
  expect(await read(id)).toMatchObject({ state: 'paid', external: transfers(id)[0]?.id })
  expect((await sums(books.deps)).get('paid-out:stripe-connect')).toBeGreaterThanOrEqual(1000)
})

test.each<[string, () => void]>([
  ['the answer was lost', () => (road = 'lost')],
  ['Stripe made it and then said 500', () => stripe.double.behave({ answersThenFails: 1 })],
  ['Stripe was down', () => stripe.double.behave({ down: true })],
  ['nobody was there', () => (road = 'closed')],
  ['Stripe took longer than anybody waits', () => stripe.double.behave({ slowMs: 2000 })],
])('where %s nobody knows, and it is paid once', async (_, trouble) => {
  const { id, account } = await ready()
  trouble()
  await sendPayouts(books.deps)
  expect(await read(id)).toMatchObject({
    state: 'unknown',
    needs_person: 0,
    reason: expect.stringContaining('asked again') as string,
  })
  expect((await sums(books.deps)).get(`paying-out:${account}`)).toBe(1000)
  stripe.double.behave({ down: false, slowMs: 0, answersThenFails: 0 })
  road = 'open'
  await sendPayouts(books.deps)
  expect(await read(id)).toMatchObject({ state: 'paid' })
  expect(transfers(id)).toHaveLength(1)
})

test('where Stripe refuses, the money is back', async () => {
  const { id, account } = await ready()
  stripe.double.addAccount(`acct_${account}`, { payable: false })
  await sendPayouts(books.deps)
  expect(await read(id)).toMatchObject({
    state: 'failed',
    reason: 'Stripe refused: insufficient_capabilities_for_transfer.',
  })
  expect((await sums(books.deps)).get(`publisher:${account}`)).toBe(1000)
})

test('where Stripe says no and has made it all the same, somebody has to look, and the ledger stays', async () => {
  const { id, account } = await ready()
  road = 'refuses-after'
  await sendPayouts(books.deps)
  road = 'open'
  await sendPayouts(books.deps)
  expect(await read(id)).toMatchObject({
    state: 'unknown',
    needs_person: 1,
    reason: expect.stringContaining('also lists a transfer') as string,
  })
  const before = await sums(books.deps)
  expect([before.get(`publisher:${account}`) ?? 0, before.get(`paying-out:${account}`)]).toEqual([0, 1000])
  await confirmPayout(books.deps, { payout: id, outcome: 'paid', person: 'anna', note: 'seen at Stripe' })
  expect(await read(id)).toMatchObject({ state: 'paid' })
  expect(transfers(id)).toHaveLength(1)
})

test('where the transfer that is there is another one, nothing is sent', async () => {
  const { id, account } = await ready()
  const body = new URLSearchParams({
    amount: '999',
    currency: 'usd',
    destination: `acct_${account}`,
    transfer_group: id,
  })
  const headers = { authorization: `Bearer ${doubleSecretKey}`, 'content-type': 'application/x-www-form-urlencoded' }
  expect((await fetch(`${stripe.url}/v1/transfers`, { method: 'POST', headers, body })).status).toBe(200)
  await sendPayouts(books.deps)
  expect(await read(id)).toMatchObject({
    state: 'unknown',
    needs_person: 1,
    reason: expect.stringContaining('9.99 USD') as string,
  })
  expect(transfers(id)).toHaveLength(1)
})

test('where Stripe has a payout that these books do not have, nothing is sent', async () => {
  const { id, account } = await ready()
  const lost = {
    amount: '400',
    currency: 'usd',
    destination: `acct_${account}`,
    transfer_group: 'po-lost',
    'metadata[payout]': 'po-lost',
  }
  const headers = { authorization: `Bearer ${doubleSecretKey}`, 'content-type': 'application/x-www-form-urlencoded' }
  await fetch(`${stripe.url}/v1/transfers`, { method: 'POST', headers, body: new URLSearchParams(lost) })
  await sendPayouts(books.deps)
  expect(await read(id)).toMatchObject({
    state: 'unknown',
    needs_person: 1,
    reason: expect.stringContaining('4.00 USD') as string,
  })
  expect(transfers(id)).toHaveLength(0)
})

test('once Stripe may have forgotten the key, nothing is sent again', async () => {
  const { id } = await ready()
  road = 'closed'
  await sendPayouts(books.deps)
  road = 'open'
  books.clock.ms += 23 * 3_600_000 + 1
  await sendPayouts(books.deps)
  expect(await read(id)).toMatchObject({
    state: 'unknown',
    needs_person: 1,
    reason: expect.stringContaining('too long ago') as string,
  })
  expect(transfers(id)).toHaveLength(0)
})

test('takes no destination that Stripe does not have, or that is none', async () => {
  const { account } = await ready()
  const ask = (details: Record<string, string>) =>
    changeDestination(books.deps, { account, method: 'stripe-connect', details, by: 'account' })
  for (const details of [
    {},
    { account: 'acct_unknown' },
    { account: '../v1/x' },
    { account: `acct_${account}`, more: 'x' },
  ]) {
    await expect(ask(details), JSON.stringify(details)).rejects.toMatchObject({ code: 'bad-request' })
  }
  stripe.double.behave({ down: true })
  await expect(ask({ account: 'acct_later' })).rejects.toMatchObject({ code: 'funding-failed' })
})
