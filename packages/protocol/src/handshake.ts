// How an element and its frame find each other: each side accepts one window message, then they talk over a port.

import { isId } from './bridge-messages.ts'

/** Versions of the message table that this code speaks, the best first. */
export const bridgeVersions: readonly number[] = [1]

/** Frame -> page, posted to the embedding origin only. */
export type ReadyMessage = { tuppence: 'ready'; versions: readonly number[]; nonce: string }

/** Page -> frame, posted to the wallet's origin only, with the port. */
export type InitMessage = { tuppence: 'init'; version: number; nonce: string }

/** What is read of a MessageEvent. */
export type HandshakeEvent = {
  readonly data: unknown
  readonly origin: string
  readonly source: unknown
  readonly ports: readonly MessagePort[]
}

/**
 * What a frame says first.
 *
 * @param nonce - Fresh random text; only an answer that repeats it counts.
 */
export function readyMessage(nonce: string): ReadyMessage {
  return { tuppence: 'ready', versions: bridgeVersions, nonce }
}

/**
 * Element side: what to answer to a window message.
 *
 * @param expected - The frame's own window, and the wallet's origin.
 * @returns undefined when it is not a `ready` of that frame, or there is no common version.
 */
export function acceptReady(
  event: HandshakeEvent,
  expected: { readonly source: unknown; readonly origin: string },
): InitMessage | undefined {
  const { tuppence, versions, nonce } = (event.data ?? {}) as Partial<ReadyMessage>
  if (event.source !== expected.source || event.origin !== expected.origin || tuppence !== 'ready') return undefined
  if (!Array.isArray(versions) || !isId(nonce)) return undefined
  const version = bridgeVersions.find((known) => versions.includes(known))
  return version ? { tuppence: 'init', version, nonce } : undefined
}

/**
 * Frame side: the port in a window message. Drop the window's listener once there is one.
 *
 * @param expected - `window.parent`, `location.ancestorOrigins[0]`, and the nonce of this frame's `ready`.
 * @returns undefined when anything disagrees.
 */
export function acceptInit(
  event: HandshakeEvent,
  expected: { readonly source: unknown; readonly origin: string; readonly nonce: string },
): MessagePort | undefined {
  const { tuppence, version, nonce } = (event.data ?? {}) as Partial<InitMessage>
  const agrees =
    event.source === expected.source &&
    event.origin === expected.origin &&
    tuppence === 'init' &&
    nonce === expected.nonce &&
    bridgeVersions.includes(version as number) &&
    event.ports.length === 1
  return agrees ? event.ports[0] : undefined
}
