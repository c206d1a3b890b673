// `npm start`: builds and opens the app, says where it is, closes on Ctrl-C.
import { parseArgs } from 'node:util'
import { openKitchen } from './kitchen.ts'

const { values } = parseArgs({ options: { data: { type: 'string' }, port: { type: 'string' } } })
const kitchen = await openKitchen({
  dataDir: values.data ?? '.data/react',
  // 0 takes free ports for everything.
  ports:
    values.port === '0'
      ? { app: 0, till: 0, wallet: 0, mint: 0 }
      : values.port === undefined
        ? {}
        : { app: Number(values.port) },
})
process.stdout.write(`\n  cook book  ${kitchen.url}\n  wallet     ${kitchen.street.wallet}\n\nready\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void kitchen.close().then(() => process.exit(0)))
