import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig, readDraft } from './config.ts'
import { initialise } from './init.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tuppence-init-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const write = (name: string, text: string): void => writeFileSync(join(root, name), text)
const read = (name: string): string => readFileSync(join(root, name), 'utf8')
const vite = (name = '@me/My Blog!'): void =>
  write('package.json', JSON.stringify({ name, devDependencies: { vite: '8' } }))

describe('init', () => {
  test('an empty folder: a name from the folder, a secret, and what to do next', async () => {
    const { done, todo } = await initialise({ root })
    expect(done[0]).toBe('tuppence.json: made')
    expect(todo.join('\n')).toContain('npx tuppence dev')
    expect(readDraft(join(root, 'tuppence.json')).publisher).toMatch(/^tuppence-init-[a-z0-9-]+$/)
    expect(read('.tuppence/seal.secret')).toMatch(/^[0-9a-f]{64}\n$/)
    expect(existsSync(join(root, 'vite.config.js'))).toBe(false)
  })

  test('a vite project without a configuration gets one, and an article to begin with', async () => {
    vite()
    write('index.html', '<!doctype html>\n<html><body>\n<div id="app"></div>\n</body></html>\n')
    await initialise({ root })
    expect(readDraft(join(root, 'tuppence.json')).publisher).toBe('my-blog')
    expect(read('vite.config.js')).toContain('plugins: [tuppence()]')
    expect(read('index.html')).toMatch(
      /<tuppence-unlock price="0.05"[^>]* sealed>[\s\S]*<\/tuppence-unlock>[\s\S]*<\/body>/,
    )
    const before = [read('vite.config.js'), read('index.html'), read('tuppence.json'), read('.tuppence/seal.secret')]
    await initialise({ root })
    expect([read('vite.config.js'), read('index.html'), read('tuppence.json'), read('.tuppence/seal.secret')]).toEqual(
      before,
    )
  })

  test.each([
    ['plugins: [react()]', 'plugins: [tuppence(), react()]'],
    ['plugins: []', 'plugins: [tuppence()]'],
    ['plugins: [\n    react(),\n  ]', 'plugins: [tuppence(), \n    react(),\n  ]'],
  ])('a configuration with %s has the plugin afterwards', async (before, after) => {
    vite()
    write('vite.config.ts', `import { defineConfig } from 'vite'\nexport default defineConfig({ ${before} })\n`)
    await initialise({ root })
    expect(read('vite.config.ts')).toContain(after)
    expect(read('vite.config.ts').match(/tuppence\/vite/g)?.length).toBe(1)
  })

  test('a configuration that it can not read is left alone, and its owner told', async () => {
    vite()
    const text = "export { config as default } from './elsewhere'\n"
    write('vite.config.mts', text)
    const { todo } = await initialise({ root })
    expect(read('vite.config.mts')).toBe(text)
    expect(todo.some((line) => line.startsWith('vite.config.mts: add'))).toBe(true)
  })

  test('a page that sells already gets no sample', async () => {
    vite()
    write('index.html', '<body><tuppence-unlock price="1" sealed>x</tuppence-unlock></body>')
    await initialise({ root })
    expect(read('index.html')).not.toContain('A first article')
  })

  test('said again with more: sites are added, the rest replaced, other fields kept', async () => {
    await initialise({
      root,
      sites: ['https://a.example'],
      wallet: 'https://w.example',
      till: 'https://t.example',
      publisher: 'me',
    })
    write('tuppence.json', JSON.stringify({ ...(JSON.parse(read('tuppence.json')) as object), base: '/blog/' }))
    await initialise({ root, sites: ['https://b.example', 'https://a.example'], till: 'https://t2.example' })
    expect(readConfig(join(root, 'tuppence.json'))).toMatchObject({
      sites: ['https://a.example', 'https://b.example'],
      till: 'https://t2.example',
      wallet: 'https://w.example',
      publisher: 'me',
      base: '/blog/',
    })
  })

  test('a value that is none changes nothing', async () => {
    await initialise({ root, publisher: 'me' })
    const before = read('tuppence.json')
    await expect(initialise({ root, publisher: 'Not me' })).rejects.toThrow('publisher: must be 1 to 32 of a-z 0-9 -')
    expect(read('tuppence.json')).toBe(before)
  })
})
