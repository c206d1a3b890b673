// The table of everything that can go wrong in the product; problem.ts, the locale files and every package read it.

/**
 * What a caller may do after a failure. `now`: nothing changed, the same request may be repeated. `after-recover`: money
 * may be in motion, so reconcile with the mint or the till first. `never`: the same request will fail again.
 */
export type Retry = 'now' | 'after-recover' | 'never'

/** One row: HTTP status where the error travels over HTTP, the number of the NUTs where one exists, and the rest. */
export type ErrorRow = {
  readonly status: number
  readonly retry: Retry
  readonly title: string
  readonly nut?: number
  /** Problem type, where a specification names one; ours live under `https://tuppence.dev/problems/`. */
  readonly problem?: string
}

/** Base of the problem types that draft-httpauth-payment defines; codes of those rows are the last part of the URI. */
const payment = 'https://paymentauth.org/problems/'

/**
 * Code -> row. Codes never change their meaning; text for people is in the locale files, keyed by the same codes.
 *
 * @see error_codes.md of the NUTs; draft-httpauth-payment "Error Codes"; RFC 9457
 */
export const errorTable = {
  // What was sent cannot be read.
  'bad-encoding': { status: 400, retry: 'never', title: 'Not the encoding it should be' },
  'bad-request': { status: 400, retry: 'never', title: 'Request does not have the shape of this route' },
  'bad-json': { status: 400, retry: 'never', title: 'Value has no canonical JSON form' },
  'not-found': { status: 404, retry: 'never', title: 'No such route or thing' },
  'method-not-allowed': { status: 405, retry: 'never', title: 'Method not allowed here' },
  'media-type-unsupported': { status: 415, retry: 'never', title: 'Body is not of a type that this route reads' },
  'body-too-large': { status: 413, retry: 'never', title: 'Body is over the limit' },
  'too-many-requests': { status: 429, retry: 'now', title: 'Too many requests' },
  internal: { status: 500, retry: 'after-recover', title: 'Failed inside' },
  'shutting-down': { status: 503, retry: 'now', title: 'Shutting down' },
  overloaded: { status: 503, retry: 'now', title: 'Too much queued' },
  cancelled: { status: 499, retry: 'now', title: 'Cancelled by the caller' },

  // Amounts and units.
  'bad-amount': { status: 400, retry: 'never', title: 'Not an amount of this unit' },
  'amount-out-of-range': { status: 400, retry: 'never', nut: 11006, title: 'Amount outside of the limits' },
  'unit-unsupported': { status: 400, retry: 'never', nut: 11013, title: 'Unit is not supported' },
  'units-mixed': { status: 400, retry: 'never', nut: 11009, title: 'Inputs or outputs are of several units' },
  'units-differ': { status: 400, retry: 'never', nut: 11010, title: 'Inputs and outputs are not of one unit' },
  unbalanced: { status: 400, retry: 'never', nut: 11005, title: 'Inputs less fees do not equal outputs' },

  // Coins and tokens.
  'bad-token': { status: 400, retry: 'never', title: 'Token cannot be read' },
  'bad-payment-request': { status: 400, retry: 'never', title: 'Payment request cannot be read' },
  'bad-secret': { status: 400, retry: 'never', title: 'Secret cannot be read or is too long' },
  'bad-witness': { status: 400, retry: 'never', nut: 10001, title: 'Witness of a coin cannot be read' },
  'bad-point': { status: 400, retry: 'never', title: 'Not a point of the curve' },
  'bad-scalar': { status: 400, retry: 'never', title: 'Not a scalar of the curve' },
  'coin-invalid': { status: 400, retry: 'never', nut: 10001, title: 'Coin was not signed by this mint' },
  'coins-spent': { status: 400, retry: 'after-recover', nut: 11001, title: 'Coins are already spent' },
  'coins-pending': { status: 400, retry: 'after-recover', nut: 11002, title: 'Coins are in another request' },
  'outputs-signed': { status: 400, retry: 'after-recover', nut: 11003, title: 'Outputs are already signed' },
  'outputs-pending': { status: 400, retry: 'after-recover', nut: 11004, title: 'Outputs are in another request' },
  'outputs-unordered': { status: 400, retry: 'never', title: 'Outputs do not ascend by amount' },
  'inputs-duplicate': { status: 400, retry: 'never', nut: 11007, title: 'An input comes twice' },
  'outputs-duplicate': { status: 400, retry: 'never', nut: 11008, title: 'An output comes twice' },
  'inputs-too-many': { status: 400, retry: 'never', nut: 11014, title: 'More inputs than the limit' },
  'outputs-too-many': { status: 400, retry: 'never', nut: 11015, title: 'More outputs than the limit' },
  // The number, and the words "no witness" and "P2PK signatures", are what other mints answer and cashu-ts expects.
  'coin-locked': {
    status: 400,
    retry: 'never',
    nut: 20008,
    title: 'No witness, or one without the P2PK signatures or the preimage that unlock a coin',
  },
  'condition-unsupported': { status: 400, retry: 'never', title: 'Spending condition is of an unknown kind' },
  'dleq-missing': { status: 502, retry: 'never', title: 'Signature comes without its proof' },
  'dleq-invalid': { status: 502, retry: 'never', title: 'Mint signed with another key than it published' },

  // Keysets.
  'keyset-unknown': { status: 400, retry: 'never', nut: 12001, title: 'Keyset is not known' },
  'keyset-inactive': { status: 400, retry: 'never', nut: 12002, title: 'Keyset no longer signs' },
  'keyset-expired': { status: 400, retry: 'never', nut: 12003, title: 'Keyset has expired' },
  'keyset-mismatch': { status: 502, retry: 'never', title: 'Keyset id does not follow from its keys' },
  'keyset-changed': { status: 502, retry: 'never', title: 'Mint changed the keys of a known keyset' },
  'keyset-ambiguous': { status: 400, retry: 'never', title: 'Short keyset id stands for several keysets' },
  'keyset-version-unsupported': { status: 400, retry: 'never', title: 'Keyset id is of an unknown version' },
  'denomination-unknown': { status: 400, retry: 'never', title: 'Keyset has no key for this amount' },

  // Quotes: money in, and (later) out.
  'quote-unknown': { status: 404, retry: 'never', title: 'No such quote' },
  'quote-unpaid': { status: 400, retry: 'now', nut: 20001, title: 'Quote is not paid yet' },
  'quote-issued': { status: 400, retry: 'after-recover', nut: 20002, title: 'Quote has already been issued' },
  'minting-disabled': { status: 400, retry: 'never', nut: 20003, title: 'Mint issues no coins now' },
  'funding-failed': { status: 400, retry: 'never', nut: 20004, title: 'Payment into the mint failed' },
  'quote-pending': { status: 400, retry: 'now', nut: 20005, title: 'Quote is in another request' },
  'quote-settled': { status: 400, retry: 'never', nut: 20006, title: 'Payment request was already paid' },
  'quote-expired': { status: 400, retry: 'never', nut: 20007, title: 'Quote has expired' },
  'quote-signature-invalid': { status: 400, retry: 'never', nut: 20008, title: 'Signature for the quote is invalid' },
  'quote-key-required': { status: 400, retry: 'never', nut: 20009, title: 'Quote needs a public key' },
  'quote-amount-mismatch': { status: 400, retry: 'never', nut: 11005, title: 'Outputs do not add up to the quote' },
  'funding-unsupported': { status: 400, retry: 'never', title: 'Mint has no such funding method' },
  'funding-refused': { status: 403, retry: 'never', nut: 20004, title: 'Payment into the mint was refused by a rule' },
  'funding-too-often': {
    status: 429,
    retry: 'never',
    title: 'Payments into the mint are over what a rule allows for now',
  },
  'funding-unavailable': { status: 503, retry: 'now', title: 'Payment processor does not answer' },
  'funding-held': { status: 409, retry: 'never', title: 'Payment into the mint is being looked at by a person' },
  'funding-mismatch': { status: 400, retry: 'never', title: 'Payment is not of the amount or currency asked for' },
  'card-declined': { status: 400, retry: 'never', nut: 20004, title: 'Card was declined' },
  'webhook-invalid': { status: 400, retry: 'never', title: 'Not signed by the payment processor' },
  'webhook-stale': { status: 400, retry: 'never', title: 'Signed too long ago, or in the future' },
  'webhook-foreign': { status: 400, retry: 'never', title: 'Of another account or mode of the payment processor' },
  'withdrawal-refused': { status: 403, retry: 'never', title: 'Not signed by the key of the top-up' },
  'funding-reversed': { status: 400, retry: 'never', title: 'Payment into the mint was taken back by the payer' },
  'withdrawal-too-large': {
    status: 400,
    retry: 'never',
    title: 'More than was paid by this quote and has not gone back',
  },
  'voucher-invalid': { status: 400, retry: 'never', title: 'Not the code of a voucher' },
  'voucher-unknown': { status: 404, retry: 'never', title: 'No such voucher' },
  'voucher-used': { status: 409, retry: 'never', title: 'Voucher was redeemed for another quote' },
  'voucher-expired': { status: 410, retry: 'never', title: 'Voucher has expired or was called back' },
  'invoice-amountless': { status: 400, retry: 'never', nut: 11011, title: 'Invoice without an amount' },
  'invoice-amount-mismatch': { status: 400, retry: 'never', nut: 11012, title: 'Amount differs from the invoice' },
  'quotes-duplicate': { status: 400, retry: 'never', nut: 11016, title: 'A quote comes twice' },
  'batch-too-large': { status: 400, retry: 'never', nut: 11017, title: 'Batch is over the limit' },

  // Publishers' accounts.
  'account-unknown': { status: 404, retry: 'never', title: 'No such account' },
  'account-forbidden': { status: 403, retry: 'never', title: 'Key does not belong to this account' },
  'deposit-conflict': { status: 409, retry: 'never', title: 'Reference was deposited with other content' },
  'deposit-unknown': { status: 404, retry: 'never', title: 'Nothing was deposited under this reference' },
  'refund-conflict': { status: 409, retry: 'never', title: 'Reference was refunded with other content' },
  'refund-too-large': { status: 400, retry: 'never', title: 'More than was credited for this reference' },
  'account-short': { status: 409, retry: 'never', title: 'Account has less than that' },
  'blob-conflict': { status: 409, retry: 'never', title: 'Another version is stored' },
  'deposit-refused': { status: 403, retry: 'never', title: 'Mint takes no deposit for this account' },

  // The Payment scheme: challenge.
  'payment-required': { status: 402, retry: 'never', problem: payment + 'payment-required', title: 'Payment required' },
  'payment-expired': {
    status: 402,
    retry: 'now',
    problem: payment + 'payment-expired',
    title: 'Challenge has expired',
  },
  'payment-insufficient': {
    status: 402,
    retry: 'never',
    problem: payment + 'payment-insufficient',
    title: 'Amount is too low',
  },
  'invalid-challenge': {
    status: 402,
    retry: 'now',
    problem: payment + 'invalid-challenge',
    title: 'Challenge was not issued here',
  },
  'method-unsupported': {
    status: 400,
    retry: 'never',
    problem: payment + 'method-unsupported',
    title: 'Payment method is not accepted',
  },
  'malformed-challenge': { status: 502, retry: 'never', title: 'Challenge cannot be read' },
  'challenge-missing': { status: 502, retry: 'never', title: 'Answer has no challenge that this wallet can pay' },
  'challenge-changed': { status: 409, retry: 'never', title: 'Challenge asks for something else than was shown' },
  'offer-unknown': { status: 404, retry: 'never', title: 'No such offer' },
  'site-refused': { status: 403, retry: 'never', title: 'Offer may not be shown on this site' },
  'url-refused': { status: 400, retry: 'never', title: 'URL may not be paid for' },
  'mint-unaccepted': {
    status: 402,
    retry: 'never',
    problem: payment + 'verification-failed',
    title: 'Coins are of a mint that the till does not take',
  },

  // The Payment scheme: credential and receipt.
  'malformed-credential': {
    status: 402,
    retry: 'never',
    problem: payment + 'malformed-credential',
    title: 'Credential cannot be read',
  },
  'credential-too-large': {
    status: 402,
    retry: 'never',
    problem: payment + 'malformed-credential',
    title: 'Credential is over the limit',
  },
  'two-credentials': { status: 400, retry: 'never', title: 'More than one credential in one request' },
  'verification-failed': {
    status: 402,
    retry: 'never',
    problem: payment + 'verification-failed',
    title: 'Payment could not be verified',
  },
  'amount-mismatch': {
    status: 402,
    retry: 'never',
    problem: payment + 'cashu/amount-mismatch',
    title: 'Coins are worth less than the price',
  },
  'coins-refused': {
    status: 402,
    retry: 'never',
    problem: payment + 'verification-failed',
    title: 'Mint refused the coins, nothing was taken',
  },
  'token-reused': {
    status: 402,
    retry: 'never',
    problem: payment + 'verification-failed',
    title: 'Token has paid for something else',
  },
  'payer-mismatch': { status: 403, retry: 'never', title: 'Credential belongs to another reader key' },
  'policy-refused': { status: 403, retry: 'never', title: 'Paid, but refused by policy' },
  'payment-in-progress': { status: 409, retry: 'now', title: 'The same payment is being made' },
  'content-unavailable': { status: 503, retry: 'after-recover', title: 'Paid, but the content cannot be had now' },
  'idempotency-key-missing': { status: 400, retry: 'never', title: 'POST needs an Idempotency-Key' },
  'idempotency-conflict': { status: 409, retry: 'never', title: 'Idempotency-Key was used with other content' },
  'digest-mismatch': { status: 400, retry: 'never', title: 'Body does not match its digest' },
  'malformed-receipt': { status: 502, retry: 'after-recover', title: 'Receipt cannot be read' },
  'receipt-invalid': { status: 502, retry: 'never', title: 'Receipt is not signed by the mint' },

  // Besides paying: grants, refunds, claims.
  'grant-exhausted': {
    status: 402,
    retry: 'never',
    problem: payment + 'payment-required',
    title: 'No free article is left for this reader',
  },
  'grant-unavailable': {
    status: 402,
    retry: 'never',
    problem: payment + 'payment-required',
    title: 'No free articles are given now',
  },
  'refund-refused': { status: 403, retry: 'never', title: 'Till gives nothing back for this' },
  'claim-refused': { status: 403, retry: 'never', title: 'Claim was used, is too old, or is for something else' },

  // Signatures of HTTP messages and keys.
  'signature-missing': { status: 401, retry: 'never', title: 'Request is not signed' },
  'signature-malformed': { status: 400, retry: 'never', title: 'Signature fields cannot be read' },
  'signature-duplicate': { status: 400, retry: 'never', title: 'Signature, component or parameter comes twice' },
  'signature-algorithm': { status: 400, retry: 'never', title: 'Signature is not Ed25519' },
  'signature-parameter': { status: 400, retry: 'never', title: 'Signature has an unknown parameter' },
  'signature-component-unknown': { status: 400, retry: 'never', title: 'Signature covers what cannot be checked' },
  'signature-component-missing': { status: 401, retry: 'never', title: 'Signature does not cover what it must' },
  'signature-stale': { status: 401, retry: 'now', title: 'Signature was made too long ago or in the future' },
  'signature-key-unknown': { status: 401, retry: 'never', title: 'Key of the signature is not known' },
  'signature-invalid': { status: 401, retry: 'never', title: 'Signature does not verify' },
  'bad-key': { status: 400, retry: 'never', title: 'Not an Ed25519 key' },

  // Page and frame.
  'bridge-message-invalid': { status: 400, retry: 'never', title: 'Message is not in the table' },
  'bridge-message-too-large': { status: 413, retry: 'never', title: 'Message is over the limit' },
  'bridge-busy': { status: 429, retry: 'now', title: 'Too many messages without an answer' },
  'bridge-closed': { status: 410, retry: 'after-recover', title: 'Port is closed' },
  'bridge-version': { status: 400, retry: 'never', title: 'No common version' },
  'bridge-origin': { status: 403, retry: 'never', title: 'Message is from another origin' },
  'frame-nested': { status: 403, retry: 'never', title: 'Frame is not directly inside the page' },
  'gesture-required': { status: 403, retry: 'now', title: 'Not a click that counts' },
  'popup-blocked': { status: 403, retry: 'now', title: 'Popup did not open' },
  'popup-cut-off': { status: 403, retry: 'never', title: 'Page isolates itself from its popups' },

  // The wallet.
  'insufficient-balance': { status: 402, retry: 'never', title: 'Coins do not cover the amount' },
  'change-needed': { status: 409, retry: 'after-recover', title: 'Coins cannot make the amount exactly' },
  'over-budget': { status: 403, retry: 'never', title: 'More than may be spent unasked' },
  'coins-too-many': { status: 400, retry: 'never', title: 'Payment would need too many coins' },
  'seed-required': { status: 403, retry: 'never', title: 'Only the first-party wallet can do this' },
  'seed-invalid': { status: 400, retry: 'never', title: 'Recovery words are not valid' },
  'mint-unknown': { status: 400, retry: 'never', title: 'Wallet does not use this mint' },
  'allowance-refused': { status: 403, retry: 'never', title: 'Allowance was not lent' },
  'not-owned': { status: 404, retry: 'never', title: 'Nothing bought at this address' },

  'backup-invalid': { status: 400, retry: 'never', title: 'Backup cannot be read with this seed' },
  'backup-too-large': { status: 413, retry: 'never', title: 'Backup is over the limit' },
  'pairing-invalid': { status: 400, retry: 'never', title: 'Pairing link cannot be read, or its other end is another' },
  'pairing-expired': { status: 410, retry: 'never', title: 'Pairing took too long or was called off' },

  // Configuration and storage.
  'config-invalid': { status: 500, retry: 'never', title: 'Configuration is not valid' },
  'config-unreadable': { status: 500, retry: 'never', title: 'Configuration cannot be read' },
  'key-file-invalid': { status: 500, retry: 'never', title: 'Key file cannot be read' },
  'storage-unavailable': { status: 503, retry: 'now', title: 'Storage cannot be opened' },
  'storage-full': { status: 507, retry: 'never', title: 'Storage is full' },
  'storage-corrupt': { status: 500, retry: 'never', title: 'Stored data does not make sense' },
  'storage-version': { status: 500, retry: 'never', title: 'Stored data is of a newer version' },
  'storage-conflict': { status: 503, retry: 'now', title: 'Another writer was first' },

  // Network.
  offline: { status: 503, retry: 'now', title: 'No network' },
  'mint-unavailable': {
    status: 503,
    retry: 'after-recover',
    problem: payment + 'cashu/mint-unavailable',
    title: 'Mint does not answer, outcome unknown',
  },
  'mint-timeout': { status: 504, retry: 'after-recover', title: 'Mint took too long' },
  'mint-response-invalid': { status: 502, retry: 'after-recover', title: 'Answer of the mint has another shape' },
  'till-unavailable': { status: 503, retry: 'after-recover', title: 'Till does not answer' },
  'till-timeout': { status: 504, retry: 'after-recover', title: 'Till took too long' },
  'till-response-invalid': { status: 502, retry: 'after-recover', title: 'Answer of the till has another shape' },
  'till-refused': { status: 502, retry: 'never', title: 'Till refused for a reason of its own' },
  'redirect-refused': { status: 502, retry: 'never', title: 'Answer redirects elsewhere' },
  'response-too-large': { status: 502, retry: 'after-recover', title: 'Answer is over the limit' },
  'content-type-refused': { status: 502, retry: 'never', title: 'Content is of a type that is not shown' },
} as const satisfies Record<string, ErrorRow>

/** Every code of the table. */
export type ErrorCode = keyof typeof errorTable
