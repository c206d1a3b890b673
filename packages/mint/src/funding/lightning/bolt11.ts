// Lightning invoices as text (BOLT 11): reads anyone's, and writes those of the test backend; lightning.ts and fake.ts call it.
// Reading is light-bolt11-decoder's; libraries that write bring all of Bitcoin along, so writing is here, 40 lines of it.

import { createHash } from 'node:crypto'
import { bech32 } from '@scure/base'
import { TuppenceError } from '@tuppence/protocol'
import { decode } from 'light-bolt11-decoder'
import secp256k1 from 'secp256k1'

/** What an invoice says, as far as a mint cares. `msat`: millisatoshi; absent: the payer chooses. */
export interface Invoice {
  readonly msat?: number
  /** Hex of 32 bytes: names the payment. */
  readonly paymentHash: string
  readonly description?: string
  /** Unix seconds. */
  readonly timestamp: number
}

const invoiceCharsMax = 4096
const invoicePattern = /^ln(?:bc|tb|tbs|bcrt|sb)[0-9a-z]+$/

/**
 * Reads an invoice. Its signature is for the node that pays to check.
 *
 * @throws {TuppenceError} `bad-payment-request`.
 */
export function readInvoice(text: string): Invoice {
  const lower = text.toLowerCase()
  if (text.length > invoiceCharsMax || !invoicePattern.test(lower)) throw new TuppenceError('bad-payment-request')
  let sections: readonly { readonly name: string; readonly value?: unknown }[]
  try {
    ;({ sections } = decode(lower))
  } catch (cause) {
    throw new TuppenceError('bad-payment-request', { cause })
  }
  const valueOf = (name: string) => sections.find((section) => section.name === name)?.value
  const paymentHash = valueOf('payment_hash')
  const timestamp = valueOf('timestamp')
  const amount = valueOf('amount')
  const description = valueOf('description')
  const msat = amount === undefined ? undefined : Number(amount)
  const isSound =
    typeof paymentHash === 'string' &&
    /^[0-9a-f]{64}$/.test(paymentHash) &&
    typeof timestamp === 'number' &&
    (msat === undefined || (Number.isSafeInteger(msat) && msat > 0))
  if (!isSound) throw new TuppenceError('bad-payment-request')
  return {
    paymentHash,
    timestamp,
    ...(msat === undefined ? {} : { msat }),
    ...(typeof description === 'string' ? { description } : {}),
  }
}

/** What a new invoice says; keys and hashes are 32 bytes. */
export interface NewInvoice {
  /** Absent: the payer chooses. */
  readonly msat?: number
  readonly paymentHash: Uint8Array
  readonly paymentSecret: Uint8Array
  readonly description: string
  readonly timestamp: number
  readonly expirySeconds: number
  readonly nodeKey: Uint8Array
}

/** Tags of fields: their letter's place in bech32's alphabet. @see BOLT 11 "Tagged Fields" */
const tags = { paymentHash: 1, features: 5, expiry: 6, description: 13, paymentSecret: 16, finalCltv: 24 }
/** Bits 8 (onion with variable length) and 14 (payment secret), which every payer must know. */
const features = (1 << 8) | (1 << 14)
const finalCltvBlocks = 18
const descriptionBytesMax = 639

/** Writes and signs an invoice for Bitcoin's main network. @see BOLT 11 */
export function writeInvoice(invoice: NewInvoice): string {
  const prefix = `lnbc${invoice.msat === undefined ? '' : amountText(invoice.msat)}`
  const description = Buffer.from(invoice.description).subarray(0, descriptionBytesMax)
  const words = [
    ...numberWords(invoice.timestamp, 7),
    ...field(tags.paymentHash, bech32.toWords(invoice.paymentHash)),
    ...field(tags.paymentSecret, bech32.toWords(invoice.paymentSecret)),
    ...field(tags.description, bech32.toWords(description)),
    ...field(tags.expiry, numberWords(invoice.expirySeconds)),
    ...field(tags.finalCltv, numberWords(finalCltvBlocks)),
    ...field(tags.features, numberWords(features)),
  ]
  const signed = Buffer.concat([Buffer.from(prefix), packWords(words)])
  const digest = createHash('sha256').update(signed).digest()
  const { signature, recid } = secp256k1.ecdsaSign(digest, invoice.nodeKey)
  return bech32.encode(prefix, [...words, ...bech32.toWords(Uint8Array.of(...signature, recid))], false)
}

/** An amount in the largest unit that it is whole in: thousandths to billionths of a bitcoin, or tenths of a millisatoshi. */
function amountText(msat: number): string {
  const units = [
    ['m', 100_000_000],
    ['u', 100_000],
    ['n', 100],
  ] as const
  const [letter, size] = units.find(([, each]) => msat % each === 0) ?? ['p', 0.1]
  return `${Math.round(msat / size)}${letter}`
}

/** A number in words of five bits, the first the highest; in as many as it needs, or so many. */
function numberWords(value: number, count = 1): number[] {
  const words: number[] = []
  for (let rest = value; rest > 0 || words.length < count; rest = Math.floor(rest / 32)) words.unshift(rest % 32)
  return words
}

function field(tag: number, words: readonly number[]): number[] {
  return [tag, ...numberWords(words.length, 2), ...words]
}

/** Words of five bits as bytes, with zeros at the end. */
function packWords(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((words.length * 5) / 8))
  for (const [index, word] of words.entries()) {
    for (let bit = 0; bit < 5; bit++) {
      if ((word & (16 >> bit)) === 0) continue
      const at = index * 5 + bit
      bytes[at >> 3] = (bytes[at >> 3] as number) | (128 >> (at & 7))
    }
  }
  return bytes
}
