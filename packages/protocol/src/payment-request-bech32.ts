// Payment requests in the form for QR codes (NUT-26 `creqB`): type, length, value in Bech32m; outside wallets show them.

import { decodeBech32, encodeBech32 } from './bech32.ts'
import { bytesToHex, type Bytes, concatBytes, hexToBytes, utf8, utf8Decode } from './encoding.ts'
import { isTuppenceError, TuppenceError } from './errors.ts'
import { limits } from './limits.ts'
import { checkPaymentRequest, decodePaymentRequest, type PaymentRequest, type Transport } from './payment-request.ts'

/** Field numbers. @see NUT-26 "Top-Level TLV Tags" and the tables after it */
const field = { id: 1, amount: 2, unit: 3, singleUse: 4, mint: 5, description: 6, transport: 7, lock: 8 } as const
const part = { kind: 1, value: 2, tag: 3 } as const
const lockKinds = ['P2PK', 'HTLC']
const transportTypes = ['nostr', 'post']

/** NIP-19: what an nprofile holds. */
const profile = { key: 0, relay: 1 } as const
const relayTag = 'r'

/**
 * Writes a payment request for a QR code.
 *
 * @returns `CREQB1...`, upper case, which QR codes hold in less room.
 * @throws {TuppenceError} `bad-payment-request` when a field is out of bounds, or has no number in NUT-26.
 * @see NUT-26 "Encoded Request Format"
 */
export function encodePaymentRequestBech32(request: PaymentRequest): string {
  const { id, amount, unit, singleUse, mints, description, transports, lock } = checkPaymentRequest(request)
  return orBad(() => {
    const bytes = writeRecords([
      [field.id, id === undefined ? undefined : utf8(id)],
      [field.amount, amount === undefined ? undefined : bigEndian(amount)],
      [field.unit, unit === undefined ? undefined : unit === 'sat' ? Uint8Array.of(0) : utf8(unit)],
      [field.singleUse, singleUse === undefined ? undefined : Uint8Array.of(Number(singleUse))],
      ...(mints ?? []).map((mint) => [field.mint, utf8(mint)] as const),
      [field.description, description === undefined ? undefined : utf8(description)],
      ...(transports ?? []).map((transport) => [field.transport, writeTransport(transport)] as const),
      [field.lock, lock && writeParts(numberOf(lockKinds, lock.kind), utf8(lock.data), lock.tags ?? [])],
    ])
    return encodeBech32('bech32m', 'creqb', bytes).toUpperCase()
  })
}

/**
 * Reads a payment request of either form.
 *
 * @throws {TuppenceError} `bad-payment-request`.
 * @see NUT-18, NUT-26
 */
export function decodeAnyPaymentRequest(text: string): PaymentRequest {
  if (/^creqa/i.test(text)) return decodePaymentRequest(text)
  if (text.length > limits.challengeBytesMax) throw new TuppenceError('bad-payment-request')
  return orBad(() => {
    const records = readRecords(decodeBech32('bech32m', 'creqb', text), 2)
    const all = (type: number) => records.filter((record) => record.type === type).map(({ value }) => value)
    const [id, amount, unit, singleUse] = [field.id, field.amount, field.unit, field.singleUse].map(
      (type) => all(type)[0],
    )
    const [description, lock] = [all(field.description)[0], all(field.lock)[0]]
    return checkPaymentRequest({
      id: id && utf8Decode(id),
      amount: amount && Number(`0x${bytesToHex(amount)}`),
      unit: unit && (unit.length === 1 && unit[0] === 0 ? 'sat' : utf8Decode(unit)),
      singleUse: singleUse && singleUse[0] === 1,
      mints: orAbsent(all(field.mint).map(utf8Decode)),
      description: description && utf8Decode(description),
      transports: orAbsent(all(field.transport).map(readTransport)),
      lock: lock && readLock(lock),
    })
  })
}

function writeTransport({ type, target, tags = [] }: Transport): Bytes {
  const kind = numberOf(transportTypes, type)
  if (type !== 'nostr') return writeParts(kind, utf8(target), tags)
  const records = readRecords(decodeBech32('bech32', 'nprofile', target), 1)
  const key = records.find((record) => record.type === profile.key)?.value
  if (key?.length !== 32) throw new TuppenceError('bad-payment-request')
  const relays = records
    .filter((record) => record.type === profile.relay)
    .map(({ value }) => [relayTag, utf8Decode(value)])
  return writeParts(kind, key, [...tags, ...relays])
}

/** An nprofile even where there is no relay, as the vectors of NUT-26 have it (its text would have an npub). */
function readTransport(bytes: Bytes): Transport {
  const { kind, value, tags } = readParts(bytes)
  const type = transportTypes[kind]
  if (type === undefined) throw new TuppenceError('bad-payment-request')
  if (type !== 'nostr') return { type, target: utf8Decode(value), ...(tags.length > 0 && { tags }) }
  if (value.length !== 32) throw new TuppenceError('bad-payment-request')
  const relays = tags.filter(([name]) => name === relayTag).flatMap(([, ...urls]) => urls)
  const others = tags.filter(([name]) => name !== relayTag)
  const records = [shortRecord(profile.key, value), ...relays.map((url) => shortRecord(profile.relay, utf8(url)))]
  const target = encodeBech32('bech32', 'nprofile', concatBytes(...records))
  return { type, target, ...(others.length > 0 && { tags: others }) }
}

function readLock(bytes: Bytes): PaymentRequest['lock'] {
  const { kind, value, tags } = readParts(bytes)
  const name = lockKinds[kind]
  if (name === undefined) throw new TuppenceError('bad-payment-request')
  return { kind: name, data: utf8Decode(value), ...(tags.length > 0 && { tags }) }
}

function writeParts(kind: number, value: Bytes, tags: readonly string[][]): Bytes {
  return writeRecords([
    [part.kind, Uint8Array.of(kind)],
    [part.value, value],
    ...tags.map((tag) => [part.tag, concatBytes(...tag.map((text) => shortText(utf8(text))))] as const),
  ])
}

function readParts(bytes: Bytes): { kind: number; value: Bytes; tags: string[][] } {
  const records = readRecords(bytes, 2)
  const [kind, value] = [part.kind, part.value].map((type) => records.find((record) => record.type === type)?.value)
  if (kind?.length !== 1 || value === undefined) throw new TuppenceError('bad-payment-request')
  const tags = records.filter((record) => record.type === part.tag).map((record) => readTag(record.value))
  return { kind: kind[0]!, value, tags }
}

/** Texts one after the other, each with one byte of length before it. */
function readTag(bytes: Bytes): string[] {
  const texts: string[] = []
  for (let at = 0; at < bytes.length; at += 1 + bytes[at]!) {
    const text = bytes.slice(at + 1, at + 1 + bytes[at]!)
    if (text.length !== bytes[at]) throw new TuppenceError('bad-payment-request')
    texts.push(utf8Decode(text))
  }
  return texts
}

type Record = { type: number; value: Bytes }

/** Reads type (1 byte), length (1 or 2 bytes), value. Unknown types are kept; the caller leaves them. */
function readRecords(bytes: Bytes, lengthBytes: 1 | 2): Record[] {
  const records: Record[] = []
  for (let at = 0; at < bytes.length;) {
    const start = at + 1 + lengthBytes
    const header = bytes.slice(at + 1, start)
    const end = start + Number(`0x${bytesToHex(header)}`)
    if (header.length < lengthBytes || end > bytes.length) throw new TuppenceError('bad-payment-request')
    records.push({ type: bytes[at]!, value: bytes.slice(start, end) })
    at = end
  }
  return records
}

function writeRecords(records: readonly (readonly [type: number, value: Bytes | undefined])[]): Bytes {
  return concatBytes(
    ...records.flatMap(([type, value]) => {
      if (value === undefined) return []
      if (value.length > 0xffff) throw new TuppenceError('bad-payment-request')
      return [Uint8Array.of(type, value.length >> 8, value.length & 0xff), value]
    }),
  )
}

const shortRecord = (type: number, value: Bytes): Bytes => concatBytes(Uint8Array.of(type), shortText(value))

function shortText(bytes: Bytes): Bytes {
  if (bytes.length > 0xff) throw new TuppenceError('bad-payment-request')
  return concatBytes(Uint8Array.of(bytes.length), bytes)
}

function numberOf(names: readonly string[], name: string): number {
  const number = names.indexOf(name)
  if (number < 0) throw new TuppenceError('bad-payment-request')
  return number
}

/** 8 bytes. */
const bigEndian = (number: number): Bytes => hexToBytes(number.toString(16).padStart(16, '0'))

const orAbsent = <T>(list: T[]): T[] | undefined => (list.length > 0 ? list : undefined)

function orBad<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw isTuppenceError(cause, 'bad-encoding') ? new TuppenceError('bad-payment-request', { cause }) : cause
  }
}
