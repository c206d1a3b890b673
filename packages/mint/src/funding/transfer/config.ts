// The settings of bank transfers; config.ts has the schema in it.

import * as v from 'valibot'
import { limits } from '@tuppence/protocol'

const count = (min: number, max: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max))
const nameSchema = v.pipe(v.string(), v.nonEmpty(), v.maxLength(100))

/** `funding.transfer`. Amounts: minor units. */
export const transferSchema = v.strictObject({
  enabled: v.boolean(),
  /** The account that is paid to, and whose it is, as payers type them. */
  iban: v.pipe(v.string(), v.regex(/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/)),
  holder: nameSchema,
  minAmount: v.optional(count(1, limits.amountMax), 500),
  maxAmount: v.optional(count(1, limits.amountMax), 100_000),
  /** What the bank's CSV calls its columns, and how it is written. camt.053 needs none of this. */
  csv: v.optional(
    v.strictObject({
      delimiter: v.optional(v.picklist([',', ';', '\t']), ','),
      /** What stands before the cents. */
      decimal: v.optional(v.picklist(['.', ',']), '.'),
      id: v.optional(nameSchema),
      date: v.optional(nameSchema, 'date'),
      amount: v.optional(nameSchema, 'amount'),
      currency: v.optional(nameSchema, 'currency'),
      text: v.optional(nameSchema, 'reference'),
      account: v.optional(nameSchema, 'account'),
    }),
    {},
  ),
})

/** @see transferSchema */
export type TransferSettings = v.InferOutput<typeof transferSchema>
