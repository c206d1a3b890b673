// Says what is wrong after a run, from the rows of the ledger and from what Stripe itself has; it shares no code with the mint's
// books; main.ts asks.

import type { Rows } from './place.ts'
import type { Run } from './scene.ts'

/** Sums of all accounts, by name, those of keysets together; from the entries themselves. */
export async function sumsOf(rows: Rows): Promise<Map<string, number>> {
  const sums = new Map<string, number>()
  for (const [account, amount] of await rows('SELECT account, sum(amount) FROM entries GROUP BY account')) {
    const name = String(account).startsWith('outstanding:') ? 'outstanding' : String(account)
    sums.set(name, (sums.get(name) ?? 0) + Number(amount))
  }
  return sums
}

/** What one movement of the accounts is called, so that it can be looked at. */
type Find = (what: string, is: number | string, ought: number | string) => void

/** Judges a run that has come to rest. @returns What is wrong. */
export function judge(run: Run, firstOperation: number): Promise<string[]> {
  return run.place.look((rows) => judgeRows(run, rows, firstOperation))
}

async function judgeRows(run: Run, rows: Rows, firstOperation: number): Promise<string[]> {
  const wrong: string[] = []
  const find: Find = (what, is, ought) => {
    if (is !== ought) wrong.push(`${what}: ${is}, ought to be ${ought}`)
  }
  const after = await sumsOf(rows)
  const moved = (account: string) => (after.get(account) ?? 0) - (run.before.get(account) ?? 0)
  find(
    'all accounts',
    [...after.values()].reduce((sum, each) => sum + each, 0),
    0,
  )
  await judgeMinting(run, { rows, firstOperation }, find)
  await judgeCoins(rows, after, find)
  await judgeMoney(run, { rows, moved }, find)
  await judgeQuotes(run, rows, find)
  return wrong
}

/** At no time was more minted than had been captured by then: in the ledger's order, and by Stripe's clock. */
async function judgeMinting(
  { double, before }: Run,
  { rows, firstOperation }: { rows: Rows; firstOperation: number },
  find: Find,
): Promise<void> {
  const steps = await rows(
    `SELECT o.kind, e.account, e.amount, o.at_ms FROM entries e JOIN operations o ON o.sequence = e.operation
     WHERE o.sequence >= ${firstOperation} AND (e.account = 'unminted' OR e.account = 'paid-in:card') ORDER BY o.sequence`,
  )
  const captures = double.world.events
    .filter(({ type }) => type === 'charge.captured')
    .map(({ data, created }) => ({
      atMs: created * 1000,
      amount: (data.object as { amount_captured: number }).amount_captured,
    }))
  let unminted = before.get('unminted') ?? 0
  let paidIn = 0
  for (const [, account, amount, atMs] of steps) {
    if (account === 'unminted') unminted += Number(amount)
    else paidIn -= Number(amount)
    if (unminted < (before.get('unminted') ?? 0)) find('minted beyond what was captured by', unminted, 'no less than 0')
    const captured = captures.reduce((sum, each) => sum + (each.atMs <= Number(atMs) ? each.amount : 0), 0)
    if (paidIn > captured) find('credited when so much was captured', paidIn, `at most ${captured}`)
  }
}

/** Coins are what was promised less what was spent, whatever was disputed. */
async function judgeCoins(rows: Rows, sums: ReadonlyMap<string, number>, find: Find): Promise<void> {
  const one = async (sql: string) => Number((await rows(sql))[0]?.[0] ?? 0)
  const promised = await one('SELECT coalesce(sum(amount), 0) FROM promises')
  const spent = await one('SELECT coalesce(sum(amount), 0) FROM spent')
  find('outstanding', sums.get('outstanding') ?? 0, promised - spent)
  const deposited = await one('SELECT coalesce(sum(amount), 0) FROM deposits')
  find('owed to the publisher', sums.get('publisher:press') ?? 0, deposited)
}

/** The mint's cash is Stripe's balance, to the cent, and every loss is the operator's. */
async function judgeMoney(
  { place, double, readers }: Run,
  { rows, moved }: { rows: Rows; moved: (account: string) => number },
  find: Find,
): Promise<void> {
  const { transactions, refunds, disputes, charges } = double.world
  // What is held waits for a person, and the ledger has nothing of it.
  const held = await heldCharges(place, double)
  const counted = [...transactions.values()].filter(({ source }) => !held.has(chargeOf(double, String(source))))
  const sum = (types: readonly string[], of: (each: (typeof counted)[number]) => number) =>
    counted.filter(({ type }) => types.includes(type)).reduce((total, each) => total + of(each), 0)
  find(
    'paid in',
    -moved('paid-in:card'),
    sum(['charge'], ({ amount }) => amount),
  )
  find(
    'cash',
    -moved('paid-in:card') - moved('paid-out:card'),
    sum(['charge', 'refund', 'adjustment'], ({ net }) => net),
  )
  find(
    'fees of Stripe’s',
    -moved('fees:processor'),
    sum(['charge'], ({ fee }) => fee),
  )
  const withdrawals = [...refunds.values()].filter(({ metadata }) => metadata?.['withdrawal'] !== undefined)
  const withdrawn = withdrawals.reduce((total, { amount }) => total + amount, 0)
  const takenBack = -sum(['refund', 'adjustment'], ({ net }) => net) - withdrawn
  const ids = readers.map(({ quote }) => `'${quote}'`).join(', ') || "''"
  const [row] = await rows(`SELECT coalesce(sum(amount_revoked), 0) FROM quotes WHERE id IN (${ids})`)
  const losses = -moved('losses:disputes') - moved('losses:refunds')
  find('losses', losses, takenBack - Number(row?.[0] ?? 0))
  const inDispute = [...disputes.values()].flatMap((each) => each.balance_transactions)
  if (inDispute.length === 0) find('losses by disputes', moved('losses:disputes'), 0)
  await judgeWithdrawals(readers, { rows, withdrawals }, find)
  for (const { amount_captured: captured, amount_refunded: refunded, disputed } of charges.values()) {
    if (!disputed && refunded > captured && captured > 0) find('refunded', refunded, `at most ${captured}`)
  }
}

/** A withdrawal that is paid is one refund, and one that is not is none: unknown is neither. */
async function judgeWithdrawals(
  readers: Run['readers'],
  { rows, withdrawals }: { rows: Rows; withdrawals: readonly { readonly amount: number }[] },
  find: Find,
): Promise<void> {
  const melts = readers.flatMap((reader) => reader.melts.map((id) => `'${id}'`)).join(', ') || "''"
  const found = await rows(`SELECT state, amount FROM melts WHERE id IN (${melts})`)
  const paid = found.filter(([state]) => state === 'PAID').reduce((total, [, amount]) => total + Number(amount), 0)
  find(
    'withdrawn',
    paid,
    withdrawals.reduce((total, { amount }) => total + amount, 0),
  )
  find('withdrawals under way', found.filter(([state]) => state === 'PENDING').length, 0)
}

/** Nothing that was captured is swallowed, and no authorisation is left hanging. */
async function judgeQuotes({ place, double, readers }: Run, rows: Rows, find: Find): Promise<void> {
  const { sessions, intents } = double.world
  const held = await heldCharges(place, double)
  for (const { quote, session } of readers) {
    const intent = intents.get(String(sessions.get(session)?.payment_intent))
    const [row] = await rows(`SELECT amount_paid, amount_issued, amount_revoked FROM quotes WHERE id = '${quote}'`)
    const [paid = 0, issued = 0, revoked = 0] = (row ?? []).map(Number)
    const isHeld = held.has(String(intent?.latest_charge))
    find('paid by quote', paid, isHeld ? 0 : (intent?.amount_received ?? 0))
    find('not minted at the end', paid - issued - revoked, 0)
    if (intent?.status === 'requires_capture') find('authorisation', 'left hanging', 'captured or given up')
  }
}

async function heldCharges(place: Run['place'], double: Run['double']): Promise<ReadonlySet<string>> {
  const { office } = place
  const connection = await office.driver.acquireConnection()
  try {
    const { rows } = await connection.executeQuery<{ intent: string | null }>({
      sql: "SELECT intent FROM card_orders WHERE state = 'held'",
      parameters: [],
      query: { kind: 'RawNode', sqlFragments: [], parameters: [] },
      queryId: { queryId: 'held' },
    } as never)
    return new Set(rows.map(({ intent }) => String(double.world.intents.get(String(intent))?.latest_charge)))
  } finally {
    await office.driver.releaseConnection(connection)
  }
}

/** The charge that a movement of the balance belongs to. */
function chargeOf(double: Run['double'], source: string): string {
  const { disputes, refunds } = double.world
  return String(disputes.get(source)?.charge ?? refunds.get(source)?.charge ?? source)
}
