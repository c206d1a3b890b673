// Every route of this mint: protocol's table, and what only some ask for; app.ts serves them, handlers.ts answers.

import {
  checkQuotesRoute,
  depositBatchRoute,
  destinationRoute,
  issueBatchRoute,
  mintRoutes,
  readBlobRoute,
  refundRoute,
  reportRoute,
  statementRoute,
  redeemVoucherRoute,
  webhookRoute,
  writeBlobRoute,
  type Route,
} from '@tuppence/protocol'
import type * as v from 'valibot'

/** By name. */
export const routes = {
  // Before the route that has any method's name in its place.
  redeemVoucher: redeemVoucherRoute,
  ...mintRoutes,
  checkQuotes: checkQuotesRoute,
  issueBatch: issueBatchRoute,
  depositBatch: depositBatchRoute,
  refund: refundRoute,
  report: reportRoute,
  statement: statementRoute,
  destination: destinationRoute,
  webhook: webhookRoute,
  readBlob: readBlobRoute,
  writeBlob: writeBlobRoute,
} as const satisfies Record<string, Route>

/** Name of a route. */
export type RouteName = keyof typeof routes

/** What is sent on a route, checked. */
export type InputOf<N extends RouteName> = (typeof routes)[N] extends {
  readonly request: infer S extends v.GenericSchema
}
  ? v.InferOutput<S>
  : undefined
