// Examples use public entry points only.
export * from '../../mint/src/index.ts'
import '@tuppence/core/src/wallet.ts'
