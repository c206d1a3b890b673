// The table of messages between the element in a publisher's page and the wallet's frame in it; both check with it.

import { amountMax, bridgeMessageBytesMax, contentBytesMax, urlMax } from './bridge-limits.ts'

/** Heights that a frame may ask for, in CSS pixels: fixed steps, which say nothing of the wallet. */
export const frameHeights = [48, 96, 160, 320] as const

/** One of the steps. */
export type FrameHeight = (typeof frameHeights)[number]

/** Why an element shows its plain link instead. None of them says anything of what the reader has. */
export const failReasons = ['offline', 'till-down', 'mint-down', 'bad-offer'] as const

/** One of the reasons. */
export type FailReason = (typeof failReasons)[number]

/** How the page looks: flat tokens (`accent`, `radius` ...), so that the frame fits in. `lang` is BCP 47. */
export type Theme = { tokens: Record<string, string>; scheme: 'light' | 'dark'; lang: string }

/**
 * From the element to the frame. `id`: chosen by the element, idempotency key of a request; `cancel` names the request.
 *
 * `balance` has the frame draw what the reader has, for the reader alone: like `theme`, it gets no answer.
 * `claim` brings a one-use code back from a full-page trip to the wallet: the frame hands it in at the till for what was paid
 * there, and goes on like `unlock` where it is worth nothing (any more).
 * There is no message that pays: the click happens in the frame, which chooses method and body of what it fetches.
 */
export type ElementMessage =
  | { t: 'unlock'; id: string; url: string }
  | { t: 'claim'; id: string; url: string; code: string }
  | { t: 'tip'; id: string; url: string; presets?: number[] }
  | { t: 'balance'; id: string }
  | { t: 'theme'; id: string; theme: Theme }
  | { t: 'cancel'; id: string }

/**
 * From the frame to the element. `delivered`, `cancelled` and `failed` end the request that they name. A `cancelled` after
 * `delivered` takes back what was delivered: the reader had the money back. `trip`: the reader wants to pay at the wallet's
 * own page, because no window of the wallet can reach the frame; the element goes there with the page's address.
 */
export type FrameMessage =
  | { t: 'resize'; height: FrameHeight }
  | { t: 'trip'; id: string }
  | { t: 'delivered'; id: string; contentType: string; body: string; receipt: string }
  | { t: 'cancelled'; id: string }
  | { t: 'failed'; id: string; reason: FailReason }

/** What ends a request. */
export type FrameAnswer = Exclude<FrameMessage, { t: 'resize' | 'trip' }>

type Check = (value: unknown) => unknown
type Row = { readonly [key: string]: Check }

const text =
  (max: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= max
const oneOf =
  (list: readonly unknown[]): Check =>
  (value) =>
    list.includes(value)
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
/** Whether a value is an id (or a code, or a nonce): up to 64 letters, digits, `-` and `_`. */
export const isId = (value: unknown): value is string => typeof value === 'string' && /^[\w-]{1,64}$/.test(value)
const id: Check = isId
const url = /* @__PURE__ */ text(urlMax)
const presets: Check = (value) =>
  Array.isArray(value) &&
  value.length <= 8 &&
  // As many keys as items: no holes, which `every` would skip, and nothing hung onto the list.
  Object.keys(value).length === value.length &&
  value.every((n) => Number.isSafeInteger(n) && n > 0 && n <= amountMax)
const tokens: Check = (value) => isPlain(value) && Object.values(value).every(text(256))
const theme: Check = (value) => copy(value, { tokens, scheme: oneOf(['light', 'dark']), lang: text(35) })

/**
 * Reads what a page sent to the frame.
 *
 * @param data - `event.data`, of any shape.
 * @returns A copy with exactly the members of the table, or undefined: unknown type or key, wrong value, too large.
 */
export function parseElementMessage(data: unknown): ElementMessage | undefined {
  const message = parseMessage(data, {
    unlock: { id, url },
    claim: { id, url, code: id },
    tip: { id, url, presets: optional(presets) },
    balance: { id },
    theme: { id, theme },
    cancel: { id },
  })
  const bytes = new TextEncoder().encode(JSON.stringify({ ...message })).length
  return bytes <= bridgeMessageBytesMax ? (message as ElementMessage | undefined) : undefined
}

/** Reads what a frame sent to the page. @returns As parseElementMessage, but each text has its bound, not their sum. */
export function parseFrameMessage(data: unknown): FrameMessage | undefined {
  const short = text(bridgeMessageBytesMax)
  return parseMessage(data, {
    resize: { height: oneOf(frameHeights) },
    trip: { id },
    delivered: { id, contentType: short, body: text(contentBytesMax), receipt: short },
    cancelled: { id },
    failed: { id, reason: oneOf(failReasons) },
  }) as FrameMessage | undefined
}

// Written out, and not with valibot: the page's bundle has 4,000 bytes in all, and the same table in valibot takes a
// third of them.
function parseMessage(data: unknown, table: { readonly [type: string]: Row }): object | undefined {
  const type = Object.keys(table).find((name) => name === (data as { t?: unknown } | null | undefined)?.t)
  return type === undefined ? undefined : copy(data, { t: id, ...table[type] })
}

/** The members of the row, each checked; undefined when one is wrong or there are others. */
function copy(value: unknown, row: Row): object | undefined {
  const fits = (name: string) => Object.hasOwn(row, name) && row[name]!((value as Record<string, unknown>)[name])
  return isPlain(value) && Object.keys({ ...value, ...row }).every(fits) ? { ...value } : undefined
}

function isPlain(value: unknown): value is Record<string, unknown> {
  // Structured clones of plain objects have the prototype of the realm that reads them.
  return !!value && Object.getPrototypeOf(value) === Object.prototype
}
