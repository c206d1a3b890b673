/** What a receipt says of tax: who sold, and how much tax is in the price; accept.ts puts it into the receipt, events.ts tells it. */
import * as v from 'valibot'
import { text, whole } from './config-fields.ts'
import type { JournaledPayment } from './journal/port.ts'

/** Who sells, and the tax that is in every price. Which tax it is, and whether there is any, is the publisher's to know. */
export type Tax = v.InferOutput<typeof taxSchema>

export const taxSchema = v.strictObject({
  /** As it is called on receipts: VAT, GST, MwSt. */
  name: text(30),
  /** 1900 is 19 %; contained in the price, not added to it. */
  basisPoints: whole(0, 10_000),
  seller: v.strictObject({
    name: text(200),
    address: v.optional(text(300)),
    /** Tax number. */
    number: v.optional(text(40)),
  }),
  /** Whether tips are taxed, too; by default they are not. */
  tips: v.optional(v.boolean()),
})

/** What a receipt has of it. `included`: minor units of tax in the amount that was paid; `net` the rest. */
export type TaxFields = Readonly<{
  seller: Tax['seller']
  tax?: Readonly<{ name: string; basisPoints: number; included: number; net: number }>
}>

/**
 * The fields for a payment; nothing where the till is not configured for it.
 *
 * The tax in a gross amount a at rate r is a·r / (1 + r), rounded to a minor unit, halves up.
 */
export function taxFields(
  tax: Tax | undefined,
  { amount, kind }: Pick<JournaledPayment, 'amount' | 'kind'>,
): TaxFields | Record<never, never> {
  if (!tax) return {}
  const { name, basisPoints, seller, tips = false } = tax
  if (kind === 'tip' && !tips) return { seller }
  const [over, under] = [BigInt(amount) * BigInt(basisPoints), BigInt(10_000 + basisPoints)]
  const included = Number((2n * over + under) / (2n * under))
  return { seller, tax: { name, basisPoints, included, net: amount - included } }
}
