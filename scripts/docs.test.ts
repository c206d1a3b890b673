import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
  ...readdirSync(join(root, 'packages')).map((name) => join('packages', name, 'README.md')),
]

describe('documents', () => {
  test.each(documents)('%s: every link to a file leads to one', (name) => {
    const text = readFileSync(join(root, name), 'utf8')
    const links = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link)
    expect(links.filter((link) => !existsSync(join(root, dirname(name), link)))).toEqual([])
  })

  test('every decision is in the list of decisions, once', () => {
    const folder = join(root, 'docs', 'adr')
    const files = readdirSync(folder).filter((name) => /^\d{4}-/.test(name))
    const list = readFileSync(join(folder, 'README.md'), 'utf8')
    const numbers = files.map((name) => name.slice(0, 4))
    expect(new Set(numbers).size).toBe(files.length)
    for (const name of files) expect(list).toContain(`(${name})`)
  })

  test('every command that CONTRIBUTING names is one', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
    for (const [, name = ''] of text.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([name])
  })
})
