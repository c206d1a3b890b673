/** A mint with test money, a wallet and file servers on one machine, as a library: for examples and tests of sites that sell. */
export { fileSite, type Extra } from './files.ts'
export { listen, type Answer, type Stand } from './listen.ts'
export { openStreet, type Street, type StreetAccount, type StreetOptions } from './street.ts'
export { walletSite } from './wallet-site.ts'
export { openDev, usualPorts, type Dev, type DevPorts } from './dev.ts'
export { openOwnTill, type OwnTill, type OwnTillOptions } from './till.ts'
