// Entry `@tuppence/protocol`: what two parties must agree on. Leaves out the curve (`./crypto`), which is loaded only where
// coins are made, and the messages between page and frame (`./bridge`), which every publisher's page loads.

// Money, bounds, failures, encodings.
export * from './amount.ts'
export * from './encoding.ts'
export * from './error-table.ts'
export * from './errors.ts'
export * from './limits.ts'
export * from './parse.ts'
export * from './problem.ts'
export * from './shape.ts'

// Cashu's nouns.
export * from './coin.ts'
export * from './funding.ts'
export * from './keyset.ts'
export * from './keyset-schemas.ts'
export * from './order.ts'
export * from './payment-request-bech32.ts'
export * from './payment-request.ts'
export * from './quote-batch.ts'
export * from './quote.ts'
export * from './secret.ts'
export * from './token.ts'
export * from './voucher.ts'
export * from './withdrawal.ts'

// The HTTP Payment scheme, signatures and receipts.
export * from './http-signature.ts'
export * from './payment-auth/auth-header.ts'
export * from './payment-auth/challenge.ts'
export * from './payment-auth/credential.ts'
export * from './payment-auth/did-key.ts'
export * from './payment-auth/payment-receipt.ts'
export * from './payment-auth/terms.ts'
export * from './receipt.ts'
export * from './sealed.ts'
export * from './signing-key.ts'
export * from './site-key.ts'

// Routes.
export * from './blob.ts'
export * from './deposit-batch.ts'
export * from './mint-api.ts'
export * from './quote-batch-api.ts'
export * from './refund.ts'
export * from './report-api.ts'
export * from './statement.ts'
export * from './till-api.ts'
