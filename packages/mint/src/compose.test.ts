import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadConfig } from './config.ts'

const compose = readFileSync(new URL('../../../docs/mint-compose.yaml', import.meta.url), 'utf8')

test('docs/mint-compose.yaml sets what a mint reads, and keeps each mark of how far the ledger has come to its mint', () => {
  const settings = [...compose.matchAll(/^ {6}(DATABASE_URL|TUPPENCE_MINT_\w+): (.+)$/gm)]
  const env = Object.fromEntries(settings.map(([, name, value = '']) => [name, value.replace(/\$\{.*?\}/, 'secret')]))
  const config = loadConfig({ env, cwd: '/' })
  expect(config).toMatchObject({ host: '0.0.0.0', dataDir: '/data', epochFile: '/epoch/ledger.epoch' })
  expect(new URL(config.databaseUrl ?? '').hostname).toBe('postgres')
  expect(compose.match(/epoch-\w:\/epoch/g)).toEqual(['epoch-a:/epoch', 'epoch-b:/epoch'])
})
