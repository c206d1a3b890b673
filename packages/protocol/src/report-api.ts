// `POST /v1/accounts/{account}/report`: what a till says of one of its days, in sums alone; till and mint use it.

import * as v from 'valibot'
import { wireObject } from './coin.ts'
import { unitSchema } from './keyset-schemas.ts'
import type { Route } from './mint-api.ts'

const countSchema = /* @__PURE__ */ v.pipe(v.number(), v.safeInteger(), v.minValue(0))
/** Prices that one day can have. */
const pricesMax = 1_000

/**
 * Body of a report, signed by the account's key over depositComponents. `day`: UTC, one that is over; `views`: how often prices
 * were asked for; `unlocks`: articles and passes that were paid for; `tips.atMax`: of `tips.count`, at the tip jar's maximum;
 * `prices`: of articles and passes, in minor units like all amounts.
 */
export const reportSchema = /* @__PURE__ */ v.strictObject({
  day: v.pipe(v.string(), v.isoDate()),
  unit: unitSchema,
  views: countSchema,
  unlocks: countSchema,
  tips: v.pipe(
    v.strictObject({ count: countSchema, amount: countSchema, atMax: countSchema }),
    v.check(({ count, atMax }) => atMax <= count),
  ),
  tipJar: v.exactOptional(v.strictObject({ min: countSchema, max: countSchema })),
  prices: v.pipe(v.array(countSchema), v.maxLength(pricesMax)),
})

/** Answer: the day that is now known. */
export const reportedSchema = /* @__PURE__ */ wireObject(v.object({ day: v.string() }))

/**
 * The route. The last report of a day counts, and only within a week of it: later, or before the day is over, it is refused with
 * `bad-request` (details.field `day`).
 */
export const reportRoute = {
  method: 'POST',
  path: '/v1/accounts/{account}/report',
  request: reportSchema,
  response: reportedSchema,
  signed: true,
} as const satisfies Route

/** A report as it travels. */
export type Report = v.InferOutput<typeof reportSchema>
