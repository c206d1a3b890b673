/** Mints that the reader added: kept in the storage, and used from the moment that a wallet has read them. */
import type { Context } from '../context.ts'

/** The row with their URLs. */
export const addedMintsRow = 'mints'

/** Takes them into use. Never a till: its origin may not be an offer's. */
export function useMints(context: Context, urls: readonly string[]): void {
  const mints = context.mints as string[]
  const ownOrigins = context.ownOrigins as string[]
  for (const url of urls.filter((one) => !mints.includes(one))) {
    mints.push(url)
    ownOrigins.push(new URL(url).origin)
  }
}

/** Takes one out of use again that turned out to be none: its origin may be a till's. */
export function dropMint(context: Context, url: string): void {
  const mints = context.mints as string[]
  const ownOrigins = context.ownOrigins as string[]
  if (!mints.includes(url)) return
  mints.splice(mints.lastIndexOf(url), 1)
  ownOrigins.splice(ownOrigins.lastIndexOf(new URL(url).origin), 1)
}
