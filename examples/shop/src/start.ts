// `npm start`: opens the shop, says where it is, closes on Ctrl-C.
import { parseArgs } from 'node:util'
import { openShop } from './shop.ts'

const { values } = parseArgs({ options: { data: { type: 'string' }, port: { type: 'string' } } })
const shop = await openShop({
  dataDir: values.data ?? '.data/shop',
  // 0 takes free ports for everything.
  ports:
    values.port === '0'
      ? { shop: 0, wallet: 0, mint: 0 }
      : values.port === undefined
        ? {}
        : { shop: Number(values.port) },
})
process.stdout.write(`\n  print shop  ${shop.url}\n  wallet      ${shop.street.wallet}\n\nready\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void shop.close().then(() => process.exit(0)))
