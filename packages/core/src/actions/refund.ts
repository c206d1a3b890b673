/** Gives back what was bought, for coins: journaled outputs, the till's word, the mint's signatures. Called by wallet and recover. */
import {
  answersOutputs,
  denominations,
  isTuppenceError,
  limits,
  parseJsonAs,
  refundAnswerSchema,
  splitAmount,
  TuppenceError,
  type BlindedMessage,
  type RefundRefusal,
} from '@tuppence/protocol'
import type { RefundOutcome } from '../api.ts'
import { planOutputs } from '../coins.ts'
import type { Context } from '../context.ts'
import { advance, firstState, transitions, type RefundPayment } from '../payment.ts'
import type { HeldAllowance, Purchase, Tx } from '../tables.ts'
import { askTill } from './ask-till.ts'
import { ended } from './history.ts'
import { newId } from './ids.ts'
import { joined } from './join.ts'
import { keysetOf, openMint } from './mints.ts'
import { attemptsMax, draftOutputs, takeIndices } from './outputs.ts'
import { skipAhead } from './restore.ts'
import { accept, disown, isTaken, quarantine, restoredSignatures } from './signed.ts'
import { spendable } from './spendable.ts'
import { unspend } from './standing.ts'

/** How long a till that does not answer is asked again, in milliseconds; the mint has the last word then. */
const askedForMs = 30 * 86_400_000

type Declined = Extract<RefundOutcome, { readonly status: 'declined' }>['reason']

/**
 * Gives back what a URL or payment id names. Asked once, it is one refund: a second call joins or repeats it.
 *
 * @throws {TuppenceError} `till-unavailable`, `till-timeout`, `mint-unavailable` ..., `after-recover`: it may be done, and
 *   recovery asks again. `dleq-invalid` and the like: quarantined.
 */
export async function refund(context: Context, what: string): Promise<RefundOutcome> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const payment = (await openRefund(context, what)) ?? (await draft(context, what))
    if (typeof payment === 'string') return { status: 'declined', reason: payment }
    if (!payment) continue
    const outcome = await sendRefund(context, payment)
    if (outcome !== 'taken') return outcome
    await skipAhead(context, payment.mint, payment.outputs)
  }
  throw new TuppenceError('storage-conflict')
}

/** Asks again with the same bytes; where the till can't be reached, the mint may know that it was done. */
export async function recoverRefund(context: Context, payment: RefundPayment): Promise<void> {
  try {
    await sendRefund(context, payment)
  } catch (error) {
    if (!isTuppenceError(error) || payment.state === 'quarantined') throw error
    const isOld = context.clock.nowMs() - payment.atMs > askedForMs
    const signed = context.seed ? await restoredSignatures(context, payment.mint, payment.outputs) : []
    if (isWhole(payment, signed)) await accept(context, payment, { signatures: signed, text: '' })
    else if (isOld) await giveUp(context, payment, error.code)
    else throw error
  }
}

function openRefund({ db }: Context, what: string): Promise<RefundPayment | undefined> {
  return db.transact(['payments'], 'read', async (tx) => {
    const open = (await tx.list('payments')).map(({ value }) => value)
    return open.find(
      (one): one is RefundPayment => one.kind === 'refund' && (one.of === what || one.offer.url === what),
    )
  })
}

/** Writes the refund down. A text says why there can be none; `undefined`: another was first, look again. */
async function draft(context: Context, what: string): Promise<RefundPayment | Declined | undefined> {
  const purchase = await purchaseNamed(context, what)
  if (!purchase) return 'not-owned'
  const { receipt, amount } = purchase
  const mint = receipt?.receipt?.mint
  if (!receipt || !mint || amount < 1) return 'not-paid'
  const bought = { purchase, mint, reference: receipt.reference }
  return context.seed ? draftInVault(context, bought) : draftInFrame(context, bought)
}

function purchaseNamed({ db }: Context, what: string): Promise<Purchase | undefined> {
  return db.transact(['purchases'], 'read', async (tx) => {
    const atUrl = await tx.get('purchases', what)
    return atUrl ?? (await tx.list('purchases')).find(({ value }) => value.paymentId === what)?.value
  })
}

type Bought = { readonly purchase: Purchase; readonly mint: string; readonly reference: string }

async function draftInVault(context: Context, bought: Bought): Promise<RefundPayment | undefined> {
  const { purchase, mint } = bought
  const { unit, amount } = purchase
  const { keyset, sizes } = await openMint(context, mint, unit)
  const held = (await spendable(context, { unit })).filter((coin) => coin.mint === mint).map((coin) => coin.amount)
  const amounts = planOutputs(held, amount, sizes)
  const few = amounts.length > limits.refundOutputsMax ? splitAmount(amount, sizes) : amounts
  const { outputs, blinded } = await draftOutputs(context, keyset, few ?? amounts)
  const payment = refundOf(context, bought, { outputs, blinded, site: new URL(purchase.url).origin })
  return context.db.transact(['payments', 'counters', 'purchases'], 'write', async (tx) => {
    if (!(await isFirst(tx, payment)) || !(await takeIndices(tx, outputs))) return undefined
    await tx.put('payments', payment.id, payment)
    return payment
  })
}

/** A frame has no seed: it gives amounts to blank outputs that came with its allowance, each of them once. */
async function draftInFrame(context: Context, bought: Bought): Promise<RefundPayment | Declined | undefined> {
  const { purchase, mint } = bought
  const rows = await context.db.transact(['allowances'], 'read', (tx) => tx.list('allowances'))
  for (const { key, value: allowance } of rows) {
    const keysetId = allowance.refundOutputs[0]?.id
    if (allowance.tillOrigin !== purchase.tillOrigin || allowance.realm !== purchase.realm || !keysetId) continue
    const keyset = await keysetOf(context, mint, keysetId)
    const amounts = splitAmount(purchase.amount, denominations(keyset))
    if (!amounts || keyset.unit !== purchase.unit || amounts.length > allowance.refundOutputs.length) continue
    const blinded = amounts.map((amount, at) => ({ ...(allowance.refundOutputs[at] as BlindedMessage), amount }))
    const outputs = { keysetId, planned: [] }
    const payment = { ...refundOf(context, bought, { outputs, blinded, site: allowance.site }), loan: allowance.id }
    return context.db.transact(['payments', 'allowances', 'purchases'], 'write', async (tx) => {
      const there = await tx.get('allowances', key)
      const isThere = there?.refundOutputs.length === allowance.refundOutputs.length
      if (!isThere || !(await isFirst(tx, payment))) return undefined
      const left = allowance.refundOutputs.slice(amounts.length)
      await tx.put('allowances', key, { ...there, refundOutputs: left } satisfies HeldAllowance)
      await tx.put('payments', payment.id, payment)
      return payment
    })
  }
  return 'elsewhere'
}

/** Whether the purchase is still there and nobody is giving it back already. */
async function isFirst(tx: Tx, { of, offer }: RefundPayment): Promise<boolean> {
  const open = await tx.list('payments')
  if (open.some(({ value }) => value.kind === 'refund' && value.of === of)) return false
  return (await tx.get('purchases', offer.url))?.paymentId === of
}

type Outputs = Pick<RefundPayment, 'outputs'> & { readonly blinded: readonly BlindedMessage[]; readonly site: string }

function refundOf(
  context: Context,
  { purchase, mint, reference }: Bought,
  { outputs, blinded, site }: Outputs,
): RefundPayment {
  const { url, tillOrigin, realm, title, unit, amount, paymentId } = purchase
  return {
    id: newId(context),
    kind: 'refund',
    state: firstState.refund,
    mint,
    unit,
    amount,
    atMs: context.clock.nowMs(),
    coins: [],
    of: paymentId,
    offer: { url, site, tillOrigin, realm, title },
    outputs,
    request: { path: url, body: JSON.stringify({ refund: { reference, outputs: blinded } }) },
  }
}

/** Sends it, once; a second call while the first is on its way joins it. `taken`: these outputs can't be signed. */
function sendRefund(context: Context, payment: RefundPayment): Promise<RefundOutcome | 'taken'> {
  return joined(context, payment.id, () => send(context, payment))
}

async function send(context: Context, payment: RefundPayment): Promise<RefundOutcome | 'taken'> {
  const { path: url, body } = payment.request
  const answer = await askTill(context, payment.offer, { url, body })
  if (answer.status === 'unknown') throw new TuppenceError(answer.code, { details: { paymentId: payment.id } })
  if (answer.status !== 'content')
    return refused(context, payment, { reason: answer.reason, ...('detail' in answer && { detail: answer.detail }) })
  const signatures = await signaturesIn(context, payment, answer.body)
  await unspend(context, payment.offer, payment.amount)
  if (!context.seed) return endInFrame(context, payment)
  await accept(context, payment, { signatures, text: answer.body })
  await context.changed('all')
  return { status: 'refunded', amount: payment.amount, unit: payment.unit }
}

/** W6 as far as a frame can: the answer is of the outputs that were asked for, and worth what was paid. */
async function signaturesIn(context: Context, payment: RefundPayment, text: string) {
  try {
    const { refunded } = parseJsonAs(refundAnswerSchema, text, 'till-response-invalid')
    const { outputs } = (JSON.parse(payment.request.body) as { refund: { outputs: BlindedMessage[] } }).refund
    if (refunded.amount !== payment.amount || !answersOutputs(outputs, refunded.signatures))
      throw new TuppenceError('till-response-invalid')
    return refunded.signatures
  } catch (error) {
    if (!isTuppenceError(error)) throw error
    return quarantine(context, payment, { text: text.slice(0, answerCharsMax), error })
  }
}

/** How much of a broken answer is kept. */
const answerCharsMax = 2_000

/** The vault finds the coins by the places of the loan's outputs; here nothing is kept but what was done. */
async function endInFrame(context: Context, payment: RefundPayment): Promise<RefundOutcome> {
  await context.db.transact(['payments', 'history', 'purchases'], 'write', async (tx) => {
    const current = await tx.get('payments', payment.id)
    if (!current) return
    advance(current, 'settle')
    await tx.delete('payments', current.id)
    await disown(tx, payment)
    await tx.put('history', current.id, ended(current, { end: 'done' }))
  })
  await context.changed('all')
  return { status: 'on-its-way', amount: payment.amount, unit: payment.unit }
}

type Refusal = { readonly reason: string; readonly detail?: string | undefined }

/** The till said no. A vault believes it once the mint has signed none of the outputs. */
async function refused(
  context: Context,
  payment: RefundPayment,
  { reason, detail }: Refusal,
): Promise<RefundOutcome | 'taken'> {
  const areTaken = isTaken(detail ?? reason)
  if (context.seed && !areTaken) {
    const signatures = await restoredSignatures(context, payment.mint, payment.outputs)
    if (isWhole(payment, signatures)) {
      await accept(context, payment, { signatures, text: '' })
      await context.changed('all')
      return { status: 'refunded', amount: payment.amount, unit: payment.unit }
    }
  }
  // Anyone's text: only what looks like a code is kept.
  await giveUp(context, payment, /^[a-z0-9-]{1,64}$/.test(detail ?? '') ? (detail ?? reason) : reason)
  if (areTaken && context.seed) return 'taken'
  return { status: 'declined', reason: refusals.find((known) => known === detail) ?? 'refused' }
}

const refusals: readonly RefundRefusal[] = [
  'window',
  'allowance',
  'foreign',
  'twice',
  'not-paid',
  'not-offered',
  'used',
  'mint',
]

function isWhole({ outputs }: RefundPayment, signatures: readonly { readonly amount: number }[]): boolean {
  const { planned } = outputs
  return planned.length > 0 && planned.every(({ amount }, at) => signatures[at]?.amount === amount)
}

async function giveUp(context: Context, { id }: RefundPayment, reason: string): Promise<void> {
  await context.db.transact(['payments', 'history'], 'write', async (tx) => {
    const current = await tx.get('payments', id)
    if (!current) return
    const told = transitions[current.state].refuse ? advance(current, 'refuse') : current
    advance(told, 'release')
    await tx.delete('payments', id)
    await tx.put('history', id, ended(current, { end: 'undone', reason }))
  })
  await context.changed()
}
