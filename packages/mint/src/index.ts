/** The mint as a library: configuration, createMint() and a socket for it. The command line is `tuppence-mint`. */
export { parseConfig, loadConfig, type MintConfig, type MintConfigInput } from './config.ts'
export { costTable, shownSizes, type CostRow } from './costs/costs.ts'
export { createMint, type Mint } from './mint.ts'
export { serveMint, type ServedMint } from './server.ts'
export type { App } from './app.ts'
export { jsonLog, silentLog } from './log.ts'
export type { Clock, Log, LogFields, LogLevel, Ports, Random } from './ports.ts'
export type {
  AccountRow,
  Balance,
  CoinState,
  DepositRow,
  Entry,
  KeysetRow,
  Ledger,
  Operation,
  Outcome,
  Promised,
  QuoteChange,
  QuoteRow,
  Refusal,
  Spend,
  Totals,
} from './ledger/port.ts'
