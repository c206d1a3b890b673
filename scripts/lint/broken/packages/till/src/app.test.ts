// A test may import another package, but by its public entry.
export * from '../../mint/src/index.ts'
import '@tuppence/core/src/wallet.ts'
