/** Wires ports, clients, actions and state into a wallet: the only file that does; called by the widget, agents and tests. */
import { TuppenceError } from '@tuppence/protocol'
import { look } from './actions/look.ts'
import { pay, reopening } from './actions/pay.ts'
import { warm } from './actions/till-payment.ts'
import { systemClock, systemRandom } from './adapters/system.ts'
import type { Look, Outcome, UnlockOptions, Wallet, WalletDeps } from './api.ts'
import { itemMaxDefault } from './budget.ts'
import { tillClient } from './clients/till.ts'
import { selectExact, total } from './choose-coins.ts'
import { keepContext } from './context-of.ts'
import type { Context } from './context.ts'
import type { Reader } from './reader-port.ts'
import { noRules, type Rules } from './rules.ts'
import { historyShown, makeState, type State } from './state.ts'
import type { Purchase } from './tables.ts'

/** When, after a payment or a start, recovery runs and change is made: a random while, so that its time says little. */
const tidyMs = { min: 20_000, spread: 100_000 } as const

/**
 * Makes a wallet over a storage. Everything that paying does not need (curve, mint client, recovery) is loaded when it is
 * first needed.
 *
 * @param deps - With `seed` a vault; without one a wallet that lives on an allowance.
 * @example
 * const wallet = createWallet({ db: memoryDb(), seed: async () => seed, mints: ['https://mint.example'] })
 * await wallet.start()
 * const look = await wallet.look({ url, site: new URL(url).origin })
 * const outcome = await wallet.unlock(look)
 */
export function createWallet(deps: WalletDeps): Wallet {
  const state = makeState()
  const context = makeContext(deps, state)
  const stopWatching = deps.db.watch?.(() => void context.changed())
  const open = (what: Look, options?: UnlockOptions) => unlock(context, what, options)
  const wallet: Wallet = {
    mode: deps.seed ? 'vault' : 'allowance',
    $balance: state.$balance,
    $payments: state.$payments,
    $history: state.$history,
    $purchases: state.$purchases,
    start: async () => {
      await context.changed('all')
      if (state.$payments.get().length === 0) return
      if (context.timer) context.tidyLater()
      else
        void minting()
          .then(({ recover }) => recover(context))
          .catch(() => {})
    },
    close: () => {
      stopWatching?.()
      deps.db.close()
    },
    look: (input) => (warm(context), look(context, input)),
    lookTip: async (input) => (warm(context), (await tipping()).lookTip(context, input)),
    unlock: open,
    reopen: async (input) => (await reopening()).reopen(context, input),
    tip: async (input, options) => open(await (await tipping()).lookTip(context, input), options),
    $rules: state.$rules,
    fundingMethods: async (mint) => (await context.mint()).fundingMethods(mint ?? context.mints[0] ?? ''),
    ...lazily(context, minting, [
      'topUp',
      'receive',
      'send',
      'makeChange',
      'cancel',
      'restore',
      'recover',
      'lend',
      'acknowledgeLoan',
      'acceptAllowance',
      'reportAllowance',
      'settleLoan',
      'callHome',
    ]),
    ...lazily(context, deps.reader ?? lacking, [
      'setRules',
      'refund',
      'claim',
      'redeem',
      'withdrawMethods',
      'withdraw',
    ]),
  }
  return keepContext(wallet, context)
}

const lacking = () => Promise.reject<never>(new Error('createWallet was given no reader'))

/** Methods that are the functions of their names in a chunk, loaded when one is first called. */
function lazily<N extends keyof Wallet>(
  context: Context,
  load: () => Promise<{ readonly [K in N]: (context: never, input: never) => unknown }>,
  names: readonly N[],
): Pick<Wallet, N> {
  const methods = names.map((name) => [name, async (input: never) => (await load())[name](context as never, input)])
  return Object.fromEntries(methods) as Pick<Wallet, N>
}

/** Asking a tip jar. */
const tipping = () => import('./actions/look-tip.ts')

/** The half that paying does not need. */
const minting = () => import('./minting.ts')

async function unlock(context: Context, what: Look, options?: UnlockOptions): Promise<Outcome> {
  switch (what.status) {
    case 'owned': {
      const { url, site } = what
      const { reopen } = await reopening()
      const outcome = await reopen(context, { url, site, signal: options?.signal })
      if (!outcome) throw new TuppenceError('not-owned')
      return outcome
    }
    case 'covered':
    case 'priced':
      return isPlain(what, options)
        ? pay(context, what.offer, options)
        : (await (context.reader ?? lacking)()).unlock(what, options)
    case 'free':
      return { status: 'opened', contentType: what.contentType, body: what.body }
  }
}

/** Whether there is nothing to it but paying what was shown. */
function isPlain(what: Extract<Look, { readonly offer: unknown }>, options: UnlockOptions = {}): boolean {
  return what.status === 'priced' && !what.offer.terms && !options.grant && !options.auto
}

function makeContext(deps: WalletDeps, state: State): Context {
  const { db, seed, timer, fetch, mints, itemMax = itemMaxDefault, clock = systemClock, random = systemRandom } = deps
  const { siteDayMax, dayMax, reader } = deps
  let tidying = false
  const context: Context = {
    db,
    clock,
    random,
    timer,
    seed,
    mints: [...mints],
    itemMax,
    siteDayMax,
    dayMax,
    reader: reader && once(async () => (await reader()).reader(context as never) as Reader),
    ownOrigins: [...(deps.ownOrigins ?? []), ...mints.map((mint) => new URL(mint).origin)],
    till: tillClient(fetch),
    mint: once(async () => (await import('./clients/mint.ts')).mintClient(fetch)),
    curve: once(deps.curve ?? (async () => (await import('./curve/direct.ts')).directCurve())),
    pinned: new Map(),
    net: { select: selectExact, worth: total },
    siteKeys: new Map(),
    offsetsMs: new Map(),
    busy: new Map(),
    tidyLater: () => {
      if (!timer || tidying) return
      tidying = true
      timer.after(tidyMs.min + Math.floor((tidyMs.spread * (random.bytes(1)[0] ?? 0)) / 256), () => {
        tidying = false
        void minting()
          .then(({ tidy }) => tidy(context))
          .catch(() => {})
      })
    },
    changed: (purchase) => refresh(context, state, purchase),
  }
  return context
}

/** Loads once; a failure is not kept. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return loading
  }
}

async function refresh(context: Context, state: State, purchase?: Purchase | 'all'): Promise<void> {
  const { db } = context
  const { mints, ...snapshot } = await db.transact(
    ['coins', 'payments', 'history', 'settings'],
    'read',
    async (tx) => ({
      coins: (await tx.list('coins')).map(({ value }) => value),
      payments: (await tx.list('payments')).map(({ value }) => value),
      history: (await tx.list('history', { order: 'descending', limit: historyShown })).map(({ value }) => value),
      rules: ((await tx.get('settings', 'rules')) ?? noRules) as Rules,
      mints: (await tx.get('settings', 'mints')) as string[] | undefined,
    }),
  )
  if (snapshot.coins.some(({ feePpk }) => feePpk))
    Object.assign(context.net, (await import('./select-net.ts')).withFees)
  if (mints) (await import('./actions/use-mints.ts')).useMints(context, mints)
  state.show(snapshot)
  if (purchase !== 'all') return purchase && state.own([purchase])
  const purchases = await db.transact(['purchases'], 'read', (tx) => tx.list('purchases'))
  state.own(
    purchases.map(({ value }) => value),
    {},
  )
}
