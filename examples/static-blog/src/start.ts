// `npm start`: writes, seals and serves the blog, says where it is, closes on Ctrl-C.
import { mkdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { openBlog } from './blog.ts'

const { values } = parseArgs({ options: { data: { type: 'string' }, port: { type: 'string' } } })
const dataDir = values.data ?? '.data/static-blog'
mkdirSync(dataDir, { recursive: true })
const blog = await openBlog({
  dataDir,
  ...(values.port !== undefined && { port: Number(values.port) }),
  // 0 takes free ports for everything.
  ...(values.port === '0' && { ports: { wallet: 0, mint: 0, till: 0 } }),
})
process.stdout.write(`\n  blog    ${blog.url}\n  files   ${blog.dir}\n  wallet  ${blog.street.wallet}\n\nready\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void blog.close().then(() => process.exit(0)))
