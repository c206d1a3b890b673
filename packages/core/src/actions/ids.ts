/** Names of payments: they sort by time, so that the history needs no index. */
import { base64UrlEncode } from '@tuppence/protocol'
import type { Context } from '../context.ts'

const randomBytes = 12
/** Enough digits of base 36 for the next three thousand years. */
const timeDigits = 9

/** Makes a payment's id. A wrong clock makes a wrong order in the history, and no other harm. */
export function newId({ clock, random }: Context): string {
  const time = Math.max(0, Math.floor(clock.nowMs())).toString(36).padStart(timeDigits, '0')
  return `${time}-${base64UrlEncode(random.bytes(randomBytes))}`
}
