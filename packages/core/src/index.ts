/** The headless wallet. Storages are at `/idb`, `/memory` and `/node`, recovery words at `/words`; curve and mint client load on need. */
export { createWallet } from './wallet.ts'
export { connectCurve } from './curve/connect.ts'
export { systemClock, systemRandom, systemTimer } from './adapters/system.ts'
export type * from './api.ts'
export type { HeldCoin } from './coins.ts'
export type * from './payment.ts'
export type * from './ports.ts'
export type * from './tables.ts'
