import { createHash } from 'node:crypto'
import {
  encodeCredential,
  parseStanding,
  periodOf,
  type Challenge,
  type Credential,
  type Period,
  type SigningKey,
} from '@tuppence/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TillConfig } from './config.ts'
import { askingForGrant, challengeOf, credentialFor, newReader, signed } from './testing/reader.ts'
import { paperWorld, realWorld, type World } from './testing/worlds.ts'

const ids = ['a', 'b', 'c', 'd', 'e', 'f']
const hourMs = 3_600_000
const passMs = { day: 24 * hourMs, week: 168 * hourMs, month: 744 * hourMs }

type Terms = Readonly<{
  free: number
  cap: { cents: number; per: Period } | undefined
  passes: readonly { cents: number; per: Period }[]
  prices: readonly number[]
  allowance: number
}>
type Step = Readonly<{
  do: 'open' | 'grant' | 'list' | 'burst' | 'pass' | 'refund' | 'lost' | 'repeat' | 'wait'
  of: number
  hours: number
}>

const per = fc.constantFrom<Period>('day', 'week', 'month')
const terms: fc.Arbitrary<Terms> = fc
  .record({
    free: fc.nat(3),
    cap: fc.option(fc.record({ cents: fc.integer({ min: 1, max: 40 }), per }), { nil: undefined }),
    passes: fc.array(fc.record({ cents: fc.integer({ min: 1, max: 30 }), per }), { maxLength: 2 }),
    prices: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
    allowance: fc.integer({ min: 1, max: 3 }),
  })
  // What a configuration may not say: a pass dearer than the cap that gives as much.
  .map((drawn) => {
    const dearest = drawn.cap?.cents ?? Infinity
    return { ...drawn, passes: drawn.passes.map((pass) => ({ ...pass, cents: Math.min(pass.cents, dearest) })) }
  })
const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom<Step['do']>(
    'open',
    'open',
    'open',
    'grant',
    'list',
    'list',
    'burst',
    'pass',
    'refund',
    'lost',
    'repeat',
    'wait',
  ),
  of: fc.nat(ids.length - 1),
  hours: fc.constantFrom(1, 7, 25, 200),
})

const decimal = (cents: number): string => (cents / 100).toFixed(2)
function configOf({ free, cap, passes, prices, allowance }: Terms): Partial<TillConfig> {
  const [first = 1, ...others] = prices
  const experiment = { id: 'try', prices: prices.map(decimal), hours: 2 }
  return {
    ...(free > 0 && { free: { count: free, per: 'month' } }),
    ...(cap && { cap: { amount: decimal(cap.cents), per: cap.per } }),
    passes: passes.map(({ cents, per: lasts }, index) => {
      const id = `pass${index}`
      return { id, path: `/${id}`, title: id, price: decimal(cents), per: lasts }
    }),
    refund: { windowSeconds: 86_400, allowance: { count: allowance, per: 'week' } },
    ...(others.length > 0 && { experiment }),
    offers: ids.map((id) => ({ id, kind: 'article', path: `/a/${id}`, title: id, price: decimal(first) })),
  }
}

type Bid = { id: string; credential: Credential; atMs: number; amount: number }
/** `settledAtMs`: when the reader heard of it. */
type Paid = Bid & { settledAtMs: number; reference: string; back?: 'given' }
/** What a reader has seen happen, and nothing else: the till's books are not looked at. */
type Reader = {
  key: SigningKey
  paid: Paid[]
  has: Set<string>
  grantedAtMs: number[]
  open: Bid[]
}

async function play(world: World, drawn: Terms, steps: readonly Step[]): Promise<void> {
  world.till().update({
    ...world.config,
    free: undefined,
    cap: undefined,
    experiment: undefined,
    ...configOf(drawn),
  } as TillConfig)
  const before = await world.books()
  const salesBefore = await sold(world)
  // Each history begins on a Monday at noon that nobody has seen yet.
  world.clock.nowMs = periodOf(world.clock.nowMs + 40 * 24 * hourMs, 'week').startMs + 12 * hourMs
  const reader: Reader = { key: await newReader(), paid: [], has: new Set(), grantedAtMs: [], open: [] }
  let given = 0
  for (const { do: what, of, hours } of steps) {
    const id = ids[of] as string
    if (what === 'wait') world.clock.nowMs += hours * hourMs
    else world.clock.nowMs += 1_000
    if (what === 'open') await open(world, drawn, reader, id)
    if (what === 'grant') await grant(world, drawn, reader, id)
    if (what === 'list') await pay(world, reader, id, await ask(world, reader, id, 'nobody'))
    if (what === 'burst') await burst(world, reader)
    if (what === 'pass' && drawn.passes.length > 0) await open(world, drawn, reader, `pass${of % drawn.passes.length}`)
    if (what === 'refund') given += await refund(world, drawn, reader)
    if (what === 'lost') await lost(world, reader, id)
    if (what === 'repeat') await repeat(world, reader)
  }
  await world.till().recover()
  await settleOpen(world, reader)
  judge(drawn, reader)
  const taken = reader.paid.reduce((sum, { amount }) => sum + amount, 0)
  const after = await world.books()
  expect({ account: after.account - before.account, spent: after.spent - before.spent }).toEqual({
    account: taken - given,
    spent: taken,
  })
  const sales = await sold(world)
  expect({
    amount: sales.amount - salesBefore.amount,
    count: sales.count - salesBefore.count,
    refunded: sales.refunded - salesBefore.refunded,
  }).toEqual({
    amount: taken,
    count: reader.paid.length,
    refunded: given,
  })
}

async function sold(world: World) {
  const sales = await world.till().journal.sales({ startMs: 0, endMs: Number.MAX_SAFE_INTEGER })
  const sum = (read: (sale: (typeof sales)[number]) => number): number =>
    sales.reduce((total, sale) => total + read(sale), 0)
  return {
    amount: sum((sale) => sale.amount),
    count: sum((sale) => sale.count),
    refunded: sum((sale) => sale.refundedAmount),
  }
}

const isPass = (id: string): boolean => id.startsWith('pass')
const lengthOf = (drawn: Terms, id: string): number => passMs[drawn.passes[Number(id.slice(4))]?.per ?? 'day']
const urlOf = (world: World, id: string): string => world.origin + (isPass(id) ? `/${id}` : `/a/${id}`)
const skew = (world: World): number => world.clock.nowMs - Date.now()

async function signedGet(
  world: World,
  reader: Reader,
  id: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const url = urlOf(world, id)
  return world.send(url, { headers: await signed(url, reader.key, { headers }, skew(world)) })
}
async function ask(world: World, reader: Reader, id: string, who: 'reader' | 'nobody'): Promise<Challenge> {
  return challengeOf(who === 'reader' ? await signedGet(world, reader, id) : await world.send(urlOf(world, id), {}))
}
const spentIn = (reader: Reader, span: { startMs: number; endMs: number }, sinceMs = 0): number =>
  reader.paid
    .filter(
      ({ id, back, atMs }) =>
        !isPass(id) && back === undefined && atMs >= span.startMs && atMs < span.endMs && atMs >= sinceMs,
    )
    .reduce((sum, { amount }) => sum + amount, 0)
const hasPass = (drawn: Terms, reader: Reader, nowMs: number, which?: string): boolean =>
  reader.paid.some(({ id, atMs }) => isPass(id) && (which ?? id) === id && atMs + lengthOf(drawn, id) > nowMs)
const isCovered = (drawn: Terms, reader: Reader, nowMs: number): boolean => {
  const { cap } = drawn
  const isReached = cap !== undefined && spentIn(reader, periodOf(nowMs, cap.per)) >= cap.cents
  return isReached || hasPass(drawn, reader, nowMs)
}

/** As a wallet does: asks by key first, pays what is then asked. */
async function open(world: World, drawn: Terms, reader: Reader, id: string): Promise<void> {
  const nowMs = world.clock.nowMs
  const response = await signedGet(world, reader, id)
  const isOwned = isPass(id) ? hasPass(drawn, reader, nowMs, id) : reader.has.has(id)
  if (reader.open.length === 0) {
    const isFree = isOwned || (!isPass(id) && isCovered(drawn, reader, nowMs))
    expect([response.status, id, isFree]).toEqual([isFree ? 200 : 402, id, isFree])
  }
  if (response.status === 200) {
    const { via } = parseStanding(response.headers.get('tuppence-standing') ?? undefined)
    // Recovery may have been faster than the reader's own repeat.
    if (reader.open.some((one) => one.id === id)) return void expect(via).toBe('paid')
    if (!isOwned) expect(['pass', 'cap']).toContain(via)
    if (!isPass(id)) reader.has.add(id)
    return
  }
  if (response.status === 409) return void expect(reader.open.length).toBeGreaterThan(0)
  await pay(world, reader, id, challengeOf(response))
}

async function pay(world: World, reader: Reader, id: string, challenge: Challenge): Promise<number> {
  const token = await world.token(Number(challenge.request.amount))
  const credential = credentialFor(challenge, token, reader.key)
  return (await bring(world, reader, { id, credential, amount: Number(challenge.request.amount) })).status
}

async function bring(
  world: World,
  reader: Reader,
  bid: { id: string; credential: Credential; amount: number },
): Promise<Response> {
  const url = urlOf(world, bid.id)
  const atMs = world.clock.nowMs
  const headers = { authorization: encodeCredential(bid.credential) }
  const response = await world.send(url, { headers: await signed(url, reader.key, { headers }, skew(world)) })
  if (response.status === 200) settled(reader, { ...bid, atMs, settledAtMs: atMs })
  else if (response.status === 503) reader.open.push({ ...bid, atMs })
  else {
    expect([402, 409]).toContain(response.status)
    world.keep(bid.credential.payload.cashu_token)
  }
  return response
}

function settled(reader: Reader, { id, credential, amount, atMs, settledAtMs }: Bid & { settledAtMs: number }): void {
  const reference = createHash('sha256').update(credential.payload.cashu_token).digest('hex')
  // Never twice for one thing.
  if (!isPass(id)) expect([id, reader.has.has(id)]).toEqual([id, false])
  reader.paid.push({ id, amount, atMs, settledAtMs, reference, credential })
  if (!isPass(id)) reader.has.add(id)
}

async function grant(world: World, drawn: Terms, reader: Reader, id: string): Promise<void> {
  const isOwned = reader.has.has(id)
  const response = await signedGet(world, reader, id, askingForGrant(reader.key))
  if (response.status !== 200 || isOwned) return
  const { via } = parseStanding(response.headers.get('tuppence-standing') ?? undefined)
  if (reader.open.some((one) => one.id === id)) return void expect(via).toBe('paid')
  if (via === 'grant') reader.grantedAtMs.push(world.clock.nowMs)
  else expect(isCovered(drawn, reader, world.clock.nowMs)).toBe(true)
  reader.has.add(id)
}

/** Everything at once, at list prices: whatever the till takes of it must be right. */
async function burst(world: World, reader: Reader): Promise<void> {
  const challenges = await Promise.all(ids.map(async (id) => [id, await ask(world, reader, id, 'nobody')] as const))
  await Promise.all(challenges.map(([id, challenge]) => pay(world, reader, id, challenge)))
}

async function lost(world: World, reader: Reader, id: string): Promise<void> {
  const challenge = await ask(world, reader, id, 'nobody')
  world.lose('answers')
  await pay(world, reader, id, challenge)
  world.lose('nothing')
}

/** The same credential again: settles what was open; takes nothing for what was not. */
async function repeat(world: World, reader: Reader): Promise<void> {
  const last = reader.paid.at(-1)
  if (last) {
    const url = urlOf(world, last.id)
    const headers = { authorization: encodeCredential(last.credential) }
    const response = await world.send(url, { headers: await signed(url, reader.key, { headers }, skew(world)) })
    expect(response.status).toBe(last.back === 'given' ? 403 : 200)
  }
  await settleOpen(world, reader)
}

async function settleOpen(world: World, reader: Reader): Promise<void> {
  for (const bid of reader.open.splice(0)) {
    const url = urlOf(world, bid.id)
    const headers = { authorization: encodeCredential(bid.credential) }
    const response = await world.send(url, { headers: await signed(url, reader.key, { headers }, skew(world)) })
    expect(response.status).toBe(200)
    settled(reader, { ...bid, settledAtMs: world.clock.nowMs })
  }
}

async function refund(world: World, drawn: Terms, reader: Reader): Promise<number> {
  const last = reader.paid.findLast(({ id, back }) => !isPass(id) && back === undefined)
  if (!last) return 0
  const outputs = await world.outputs(last.amount)
  const body = JSON.stringify({ refund: { reference: last.reference, outputs: outputs.messages } })
  const url = urlOf(world, last.id)
  const send = async () =>
    world.send(url, {
      method: 'POST',
      body,
      headers: await signed(url, reader.key, { method: 'POST', body }, skew(world)),
    })
  const response = await send()
  if (response.status !== 200) {
    expect(response.status).toBe(403)
    return 0
  }
  const text = await response.text()
  const { refunded } = JSON.parse(text) as { refunded: { amount: number; signatures: unknown } }
  expect(await outputs.worth(refunded.signatures)).toBe(last.amount)
  expect(await (await send()).text()).toBe(text)
  expect(world.clock.nowMs - last.settledAtMs).toBeLessThanOrEqual(86_400_000)
  last.back = 'given'
  reader.has.delete(last.id)
  return refunded.amount
}

/** From what the reader saw alone: the promises of the terms. */
function judge(drawn: Terms, reader: Reader): void {
  const { cap, passes: sold, prices, free } = drawn
  for (const { id, amount, atMs } of reader.paid) {
    if (!isPass(id)) {
      if (cap) expect(spentIn(reader, periodOf(atMs, cap.per))).toBeLessThanOrEqual(cap.cents)
      expect(amount <= Math.max(...prices)).toBe(true)
      if (!cap) expect(prices).toContain(amount)
    }
  }
  for (const atMs of reader.grantedAtMs) {
    const { startMs, endMs } = periodOf(atMs, 'month')
    expect(reader.grantedAtMs.filter((one) => one >= startMs && one < endMs).length).toBeLessThanOrEqual(free)
  }
  const passes = reader.paid.filter(({ id }) => isPass(id))
  for (const [index, { id, amount, atMs }] of passes.entries()) {
    const { cents, per: lasts } = sold[Number(id.slice(4))] as Terms['passes'][number]
    const same = passes.slice(0, index).findLast((one) => one.id === id)
    expect(atMs).toBeGreaterThanOrEqual((same?.atMs ?? -Infinity) + passMs[lasts])
    // What is given back later was no credit; what was given back before is not counted by spentIn either.
    const credit = spentIn(reader, { startMs: periodOf(atMs, lasts).startMs, endMs: atMs }, passes[index - 1]?.atMs)
    expect(amount).toBe(Math.max(1, cents - credit))
  }
  const refunds = reader.paid.filter(({ back }) => back !== undefined)
  for (const { atMs } of refunds) {
    const { startMs, endMs } = periodOf(atMs, 'week')
    const inWeek = refunds.filter((one) => one.atMs >= startMs && one.atMs < endMs)
    // A refund may fall into the week after its payment.
    expect(inWeek.length).toBeLessThanOrEqual(2 * drawn.allowance)
  }
}

describe('reading histories', () => {
  let paper: World
  beforeAll(async () => {
    paper = await paperWorld({ offers: [] })
  })
  afterAll(() => paper.close())

  test('keep every promise of the terms, and the books, whatever a reader does', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(terms, fc.array(step, { minLength: 8, maxLength: 30 }), (drawn, steps) =>
        play(paper, drawn, steps),
      ),
      { numRuns: Number(process.env['PROP_RUNS'] ?? 80), endOnFailure: false },
    )
  })

  test('also at a real mint, over HTTP, in coins', { timeout: 120_000 }, async () => {
    const real = await realWorld(
      {},
      Array.from({ length: 90 }, (_, index) => [8, 4, 2, 1, 1][index % 5] as number).sort((a, b) => b - a),
    )
    await fc.assert(
      fc.asyncProperty(terms, fc.array(step, { minLength: 6, maxLength: 9 }), (drawn, steps) =>
        play(real, drawn, steps),
      ),
      { numRuns: 4, endOnFailure: true },
    )
    await real.close()
  })
})
