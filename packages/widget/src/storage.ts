// Finds the storage that this browser gives the frame: the wallet's one vault, or a partition for this site.
import { openIdb } from '@tuppence/core/idb'
import type { Db } from '@tuppence/core'

/** `vault`: the same storage as the wallet's own page. `allowance`: a partition, which holds only what was lent. */
export type Ground = { readonly mode: 'vault' | 'allowance'; readonly db: Db }

/** What `requestStorageAccess({ all: true })` resolves to where an engine has it. */
type Handle = {
  readonly indexedDB?: IDBFactory
  readonly BroadcastChannel?: (name: string) => BroadcastChannel
}

type Ask = (types: { readonly all: true }) => Promise<Handle | undefined>

const channelName = 'tuppence'
/** Allowances have a database of their own: with all cookies allowed Firefox partitions nothing, and the vault is next door. */
const asideName = 'tuppence-aside'

/** Storage of a first-party page: always the vault. */
export async function openFirstParty(): Promise<Ground> {
  return { mode: 'vault', db: await openIdb({ channel: new BroadcastChannel(channelName) }) }
}

/**
 * Storage of a frame. Asks without a gesture, which shows no prompt: it resolves where third-party storage is allowed.
 *
 * Firefox and Safari resolve without a handle (they mean cookies): that is a partition, too.
 */
export async function openInFrame(): Promise<Ground> {
  const handle = await askForHandle().catch(() => undefined)
  if (!handle?.indexedDB)
    return { mode: 'allowance', db: await openIdb({ name: asideName, channel: new BroadcastChannel(asideName) }) }
  const channel = handle.BroadcastChannel?.(channelName)
  return { mode: 'vault', db: await openIdb({ factory: handle.indexedDB, ...(channel && { channel }) }) }
}

async function askForHandle(): Promise<Handle | undefined> {
  const ask = document.requestStorageAccess?.bind(document) as unknown as Ask | undefined
  // Asking in vain writes an error to the publisher's console.
  const hopeful = (await document.hasStorageAccess?.()) || (await mayAsk())
  return hopeful ? ask?.({ all: true }) : undefined
}

/** Whether the reader allowed it before: then asking needs no gesture. */
async function mayAsk(): Promise<boolean> {
  const { state } = await navigator.permissions.query({ name: 'storage-access' })
  return state === 'granted'
}
