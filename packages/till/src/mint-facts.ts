/** What a till remembers of its mint between payments: keysets and receipt keys; asked for anew when one is unknown. */
import type { KeysetInfo } from '@tuppence/protocol'
import type { MintClient } from './mint-client.ts'
import { readKeys, type ReceiptKey } from './native.ts'

/** Remembered facts. Each question gives what is known now, after asking the mint where that seems out of date. */
export type MintFacts = Readonly<{
  /** All keysets; asks again when `suffices` says that one is missing. */
  keysets: (suffices: Suffices<KeysetInfo>) => Promise<readonly KeysetInfo[]>
  receiptKeys: (suffices: Suffices<ReceiptKey>) => Promise<readonly ReceiptKey[]>
}>

/** Whether what is known is enough to go on with. */
type Suffices<T> = (facts: readonly T[]) => boolean

// A stranger can name unknown keysets as often as they like; the mint is asked about them no more often than this.
const askAgainMs = 1_000

/**
 * Makes an empty memory.
 *
 * @param deps.pinned - Receipt keys from the configuration: then the mint is never asked for them.
 */
export function mintFacts(
  deps: Readonly<{ mint: MintClient; nowMs: () => number; pinned?: readonly JsonWebKey[] | undefined }>,
): MintFacts {
  const { mint, nowMs, pinned } = deps
  const ask = async (): Promise<readonly ReceiptKey[]> => readKeys(await mint.receiptKeys())
  const fixed = pinned && readKeys(pinned)
  return {
    keysets: remember(() => mint.keysets(), nowMs),
    receiptKeys: fixed ? () => fixed : remember(ask, nowMs),
  }
}

function remember<T>(ask: () => Promise<readonly T[]>, nowMs: () => number) {
  let known: readonly T[] = []
  let askedAtMs = -Infinity
  let asking: Promise<readonly T[]> | undefined
  const refresh = (): Promise<readonly T[]> => {
    asking ??= ask()
      .then((answer) => {
        askedAtMs = nowMs()
        return (known = answer)
      })
      .finally(() => (asking = undefined))
    return asking
  }
  return async (suffices: Suffices<T>): Promise<readonly T[]> => {
    if (suffices(known) || Math.abs(nowMs() - askedAtMs) < askAgainMs) return known
    return refresh()
  }
}
