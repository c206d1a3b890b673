/** Bugs planted on purpose, as changes of source text that only the simulator makes: each must be caught. */
import type { Patch } from './hooks.ts'
import type { Durability } from './storage.ts'

/** One bug, and the promise that it breaks. */
export type PlantedBug = {
  readonly name: string
  readonly breaks: string
  readonly patches: readonly Patch[]
  readonly durability?: Durability
}

const actions = 'core/src/actions'
const bug = (name: string, breaks: string, file: string, find: string, put: string): PlantedBug => ({
  name,
  breaks,
  patches: [{ file, find, put }],
})

export const plantedBugs: readonly PlantedBug[] = [
  { name: 'relaxed durability', breaks: 'W2', patches: [], durability: 'relaxed' },
  bug(
    'inputs deleted before the answer is verified',
    'W5',
    `${actions}/signed.ts`,
    'const answer = await client.sign(payment.mint, payment.request)',
    `await context.db.transact(['coins'], 'write', async (tx) => { for (const secret of payment.coins) await tx.delete('coins', secret) })
     const answer = await client.sign(payment.mint, payment.request)`,
  ),
  bug(
    'swap sent without a journal',
    'W2',
    `${actions}/swap.ts`,
    "if (!(await takeIndices(tx, payment.outputs))) return false\n  await tx.put('payments', payment.id, payment)",
    'if (!(await takeIndices(tx, payment.outputs))) return false',
  ),
  bug(
    'counter read outside the transaction that writes it',
    'W3',
    `${actions}/outputs.ts`,
    'if (planned.length > 0 && planned[0]?.index !== next) return false',
    '',
  ),
  bug(
    'counter one short',
    'W3',
    `${actions}/outputs.ts`,
    "await tx.put('counters', keysetId, next + planned.length)",
    "await tx.put('counters', keysetId, next + planned.length - 1)",
  ),
  bug(
    'a garbled answer ends the payment',
    'W6',
    `${actions}/signed.ts`,
    "await tx.put('payments', id, advance(current, 'garble'))",
    "await tx.delete('payments', id)",
  ),
  bug(
    'a refusal is believed without asking for the outputs',
    'W6',
    `${actions}/signed.ts`,
    'const signatures = await restoredSignatures(context, mint, outputs)',
    'const signatures: BlindSignature[] = []',
  ),
  bug(
    'inputs of a swap stay beside its change',
    'W1',
    `${actions}/signed.ts`,
    "for (const secret of current.coins) await tx.delete('coins', secret)",
    '',
  ),
  bug(
    'change counted again by whoever comes second',
    'W1',
    `${actions}/signed.ts`,
    "if (!open && (await tx.get('history', id))?.end === 'done') return",
    '',
  ),
  bug('coins of open payments are spendable', 'W1', `${actions}/spendable.ts`, '&& !held.has(coin.secret)', ''),
  bug(
    'what was bought is not kept',
    'W5',
    `${actions}/settle.ts`,
    "if (purchase) await tx.put('purchases', purchase.url, purchase)",
    '',
  ),
  bug('a double click pays twice', 'W7', `${actions}/pay.ts`, "if (open) return { status: 'open', payment: open }", ''),
  {
    name: 'what is owned is bought again',
    breaks: 'W7',
    // Wallet and till both see to it: one alone would hide that the other does not.
    patches: [
      { file: `${actions}/pay.ts`, find: "if (purchase) return { status: 'owned', purchase }", put: '' },
      {
        file: 'till/src/standing.ts',
        find: "if (due.status === 'owned' || due.status === 'covered') return 'covered'",
        put: '',
      },
    ],
  },
  bug(
    'a gesture repeated after its end pays again',
    'W7',
    `${actions}/pay.ts`,
    "if (entry) return { status: 'ended', entry }",
    '',
  ),
  bug(
    'a credential holds no coins',
    'W1',
    `${actions}/pay.ts`,
    'coins: chosen.map(({ secret }) => secret),',
    'coins: [],',
  ),
  bug(
    'a token holds no coins',
    'W1',
    `${actions}/token.ts`,
    'coins: chosen.map(({ secret }) => secret),',
    'coins: [],',
  ),
  bug(
    'recovery forgets a claim that was sent',
    'W4',
    `${actions}/recover.ts`,
    'if (request && outputs) await sendToMint(context, payment as SigningPayment)',
    "if (request && outputs) await context.db.transact(['payments'], 'write', (tx) => tx.delete('payments', payment.id))",
  ),
  bug(
    'lent coins come home without a swap',
    'W1',
    `${actions}/recall.ts`,
    'const signed = await swapHeld(context, payment, good)',
    "await context.db.transact(['payments'], 'write', (tx) => tx.delete('payments', id))\n    const signed = { status: 'done' }",
  ),
  bug(
    'one spent coin lets all of a loan go',
    'W1',
    `${actions}/recall.ts`,
    'const coins = current.coins.filter((secret) => !spent.includes(secret))',
    'const coins: string[] = []',
  ),
  bug('restore takes spent coins', 'W9', `${actions}/restore.ts`, "states.get(coin.secret) === 'UNSPENT'", 'true'),
  bug(
    'keysets are read once and for all',
    'W4',
    `${actions}/mints.ts`,
    'const pinned = await refreshMint(context, url)\n',
    'const pinned = (await pinnedMint(context, url)) ?? (await refreshMint(context, url))\n',
  ),
  bug(
    'a coin that came is forgotten',
    'W1',
    `${actions}/signed.ts`,
    'for (const coin of coins) await tx.put',
    'for (const coin of coins.slice(0, coins.length > 4 ? -1 : undefined)) await tx.put',
  ),
  bug(
    'the till takes silence for a refusal',
    'W5',
    'till/src/accept.ts',
    "if (isTuppenceError(error, 'coins-refused')) {\n      await journal.refused",
    "if (isTuppenceError(error, 'coins-refused', 'mint-unavailable')) {\n      await journal.refused",
  ),
  bug(
    'the mint forgets its answers to deposits',
    'S5',
    'mint/src/deposit.ts',
    'reference, account, unit, offer, canonicalInputs(inputs)]',
    'reference, account, unit, offer, canonicalInputs(inputs), deps.clock.nowMs()]',
  ),
]
