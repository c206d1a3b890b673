// Everything of the protocol that needs the curve: loaded lazily by wallets, directly by mints.

export { blind, blindAll, hashToCurve, signBlinded, unblind, unblindAll, verifyCoin } from './blind.ts'
export type { Bytes } from '../encoding.ts'
export { isPoint } from './curve.ts'
export { deriveCoin, deriveKey } from './derive.ts'
export { proveDleq, verifyCoinDleq, verifyDleq } from './dleq.ts'
export { blindReceiverKey, receiverPrivateKey } from './receiver-key.ts'
export { publicKey } from './multiply.ts'
export { signQuote, signQuoteLegacy, verifyQuote } from './quote-signature.ts'
export { schnorrSign, schnorrVerify, signMessage, verifyMessage } from './schnorr.ts'
export { signInputs, verifyWitnesses } from './witness.ts'
