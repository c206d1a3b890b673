/** Coins as text: takes a token by swapping its coins, hands one over, and takes back what nobody claimed. */
import {
  decodeToken,
  encodeToken,
  inputFee,
  limits,
  shortKeysetId,
  TuppenceError,
  type BlindedMessage,
  type Proof,
} from '@tuppence/protocol'
import type { ReceiveOutcome, SendInput, SendOutcome } from '../api.ts'
import { planChangeFor, planOutputs, selectExact, total } from '../coins.ts'
import { feeOf } from '../fees.ts'
import type { Context } from '../context.ts'
import { firstState, type SentPayment, type SwapPayment } from '../payment.ts'
import { newId } from './ids.ts'
import { openMint, type OpenMint } from './mints.ts'
import { attemptsMax, draftOutputs, takeIndices } from './outputs.ts'
import { isTaken, sendToMint } from './signed.ts'
import { spendable, spendableIn } from './spendable.ts'
import { selectNet } from '../select-net.ts'
import { changeFor, swapPath, swapSpendable, toProof } from './swap.ts'

/** Signs the inputs of a swap, where they are locked. `undefined`: they are not ours to open. */
export type Opener = (swap: {
  readonly inputs: readonly Proof[]
  readonly outputs: readonly BlindedMessage[]
}) => Promise<readonly Proof[] | undefined>

/**
 * Takes the coins of a token: only a swap makes them ours.
 *
 * @param opener - For coins that are locked; without one they are declined.
 * @throws {TuppenceError} `bad-token`, `keyset-unknown`, `dleq-invalid` with nothing changed; as `sendToMint` later.
 */
export async function receive(context: Context, text: string, opener?: Opener): Promise<ReceiveOutcome> {
  const { mint, unit } = decodeToken(text)
  if (!context.mints.includes(mint)) return { status: 'declined', reason: 'unknown-mint' }
  const open = await openMint(context, mint, unit)
  const { proofs } = decodeToken(text, { keysetIds: open.pinned.keysets.map(({ id }) => id) })
  if (proofs.length > limits.inputsMax) throw new TuppenceError('inputs-too-many')
  const areLocked = proofs.some(({ secret }) => secret.startsWith('['))
  if (areLocked && !opener) return { status: 'declined', reason: 'locked' }
  await checkProofs(context, open, proofs)
  const amount = worthOf(open, proofs)
  if (amount < 1) return { status: 'declined', reason: 'refused' }
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const payment = await draftReceive(context, open, { proofs, opener: areLocked ? opener : undefined })
    if (!payment) return { status: 'declined', reason: 'locked' }
    const journaled = await context.db.transact(['payments', 'counters'], 'write', async (tx) => {
      if (!(await takeIndices(tx, payment.outputs))) return false
      await tx.put('payments', payment.id, payment)
      return true
    })
    if (!journaled) continue
    const signed = await sendToMint(context, payment)
    if (signed.status === 'done') return { status: 'received', amount, unit }
    if (isTaken(signed.reason)) continue
    return { status: 'declined', reason: /^(coins-spent|nut-11001)$/.test(signed.reason) ? 'spent' : 'refused' }
  }
  throw new TuppenceError('storage-conflict')
}

/** Offline, as far as the token has proofs: coins that the mint never signed are not worth a request. */
async function checkProofs(context: Context, { pinned }: OpenMint, proofs: readonly Proof[]): Promise<void> {
  const curve = await context.curve()
  for (const { id, keys } of pinned.keysets) {
    const coins = proofs.filter((proof) => proof.id === id)
    if (!(await curve.verify({ coins, keys }))) throw new TuppenceError('dleq-invalid')
  }
}

/** What comes of swapping coins: their sum less the mint's fee. */
function worthOf({ pinned }: OpenMint, proofs: readonly Proof[]): number {
  return total(proofs) - inputFee(proofs, pinned.keysets)
}

async function draftReceive(
  context: Context,
  open: OpenMint,
  { proofs, opener }: { readonly proofs: readonly Proof[]; readonly opener: Opener | undefined },
): Promise<SwapPayment | undefined> {
  const { pinned, keyset, sizes } = open
  const amount = worthOf(open, proofs)
  const held = (await spendable(context, keyset)).filter((coin) => coin.mint === pinned.url).map((coin) => coin.amount)
  const drafted = await draftOutputs(context, keyset, planOutputs(held, amount, sizes))
  const inputs = opener ? await opener({ inputs: proofs, outputs: drafted.blinded }) : proofs
  if (!inputs) return undefined
  return {
    id: newId(context),
    kind: 'receive',
    state: firstState.receive,
    mint: pinned.url,
    unit: keyset.unit,
    amount,
    atMs: context.clock.nowMs(),
    coins: [],
    outputs: drafted.outputs,
    request: { path: swapPath, body: JSON.stringify({ inputs: inputs.map(toProof), outputs: drafted.blinded }) },
  }
}

/**
 * Hands over coins as a token, which is written down before it is answered. `cancel` takes it back while nobody has
 * claimed it.
 *
 * @throws {TuppenceError} `amount-out-of-range`; as `swapSpendable`, when the coins have to be changed first.
 */
export async function send(context: Context, input: SendInput): Promise<SendOutcome> {
  const { amount, unit } = input
  if (!Number.isSafeInteger(amount) || amount < 1 || amount > limits.amountMax)
    throw new TuppenceError('amount-out-of-range')
  const mint = input.mint ?? (await richestMint(context, unit))
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const payment = await journalSend(context, { ...input, mint })
    if (payment) {
      await context.changed()
      return { status: 'sent', token: payment.token, paymentId: payment.id }
    }
    const coins = (await spendable(context, { unit })).filter((coin) => coin.mint === mint)
    if (total(coins) < amount) return { status: 'insufficient', missing: amount - total(coins), unit }
    const changed =
      input.fees === 'paid'
        ? await changeFor(context, { mint, unit, amount })
        : await swapSpendable(context, {
            mint,
            unit,
            plan: (free, { sizes }) => planChangeFor(free, amount, sizes, limits.inputsMax),
          })
    // Change costs something there, and after that it is not enough.
    if (!changed && feeOf(coins) > 0)
      return { status: 'insufficient', missing: Math.max(1, amount + feeOf(coins) - total(coins)), unit }
  }
  throw new TuppenceError('storage-conflict')
}

function journalSend(
  context: Context,
  { amount, unit, mint, memo, fees }: SendInput & { readonly mint: string },
): Promise<SentPayment | undefined> {
  return context.db.transact(['coins', 'payments'], 'write', async (tx) => {
    const coins = (await spendableIn(tx, { unit })).filter((coin) => coin.mint === mint)
    const choose = fees === 'paid' ? selectNet : selectExact
    const chosen = choose(coins, amount, limits.inputsMax)
    if (!chosen) return undefined
    const proofs = chosen.map(({ amount: worth, id, secret, C, dleq }) => ({
      amount: worth,
      id: shortKeysetId(id),
      secret,
      C,
      ...(dleq && { dleq }),
    }))
    const note = memo === undefined ? {} : { memo }
    const payment: SentPayment = {
      id: newId(context),
      kind: 'send',
      state: firstState.send,
      mint,
      unit,
      amount: total(chosen),
      atMs: context.clock.nowMs(),
      coins: chosen.map(({ secret }) => secret),
      token: encodeToken({ mint, unit, proofs, ...note }),
      ...note,
    }
    await tx.put('payments', payment.id, payment)
    return payment
  })
}

/** The mint with the most coins of a unit that are free. */
export async function richestMint(context: Context, unit: string): Promise<string> {
  const coins = await spendable(context, { unit })
  const worth = (mint: string) => total(coins.filter((coin) => coin.mint === mint))
  return context.mints.toSorted((a, b) => worth(b) - worth(a))[0] ?? ''
}
