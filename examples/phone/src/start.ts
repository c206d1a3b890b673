// `npm start`: opens the app, says where it is, closes on Ctrl-C.
import { parseArgs } from 'node:util'
import { openArcade } from './arcade.ts'

const { values } = parseArgs({ options: { data: { type: 'string' }, port: { type: 'string' } } })
const arcade = await openArcade({
  dataDir: values.data ?? '.data/phone',
  // 0 takes free ports for everything.
  ports:
    values.port === '0'
      ? { app: 0, wallet: 0, mint: 0 }
      : values.port === undefined
        ? {}
        : { app: Number(values.port) },
})
process.stdout.write(
  `\n  puzzles  ${arcade.url}\n  wallet   ${arcade.street.wallet}\n  mint     ${arcade.street.mint.url}\n\nready\n`,
)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void arcade.close().then(() => process.exit(0)))
