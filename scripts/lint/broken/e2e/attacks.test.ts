// So do the end-to-end tests.
export * from '../packages/widget/src/frame.ts'
import '@tuppence/core/src/wallet.ts'
