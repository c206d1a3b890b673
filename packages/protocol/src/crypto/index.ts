/** Everything of the protocol that needs the curve; loaded lazily by wallets, directly by mints. */
export { publicKey, isPoint, type Bytes } from './curve.ts'
export { hashToCurve, blind, blindAll, signBlinded, unblind, unblindAll, verifyCoin } from './blind.ts'
export { proveDleq, verifyDleq, verifyCoinDleq } from './dleq.ts'
export { deriveCoin, deriveKey } from './derive.ts'
export { schnorrSign, schnorrVerify, signMessage, verifyMessage } from './schnorr.ts'
export { signQuote, verifyQuote } from './quote-signature.ts'
export { verifyWitnesses, signInputs } from './witness.ts'
