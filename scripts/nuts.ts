// Writes docs/nuts.md: NUT by NUT, which tests hold us to it; by hand after a test is named for one (`node scripts/nuts.ts`),
// and nuts.test.ts fails while the page is stale.

import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const pagePath = join(root, 'docs/nuts.md')

/** What each NUT is about; where we leave one out, why. */
const nuts: Readonly<Record<string, { title: string; without?: string }>> = {
  '00': { title: 'Notation, tokens, blinding' },
  '01': { title: 'Public keys of a mint' },
  '02': { title: 'Keysets, their ids, fees and expiry' },
  '03': { title: 'Swap' },
  '04': { title: 'Minting' },
  '05': { title: 'Melting' },
  '06': { title: 'What a mint says of itself' },
  '07': { title: 'States of coins' },
  '08': { title: 'Change of a melt' },
  '09': { title: 'Signatures again' },
  '10': { title: 'Spending conditions' },
  '11': { title: 'Locks to keys (P2PK)' },
  '12': { title: 'Proofs of signatures (DLEQ)' },
  '13': { title: 'Coins from a seed' },
  '14': { title: 'Locks to a hash (HTLC)' },
  '15': {
    title: 'Payments in parts by several mints',
    without: 'needs a Lightning node that can; the test node cannot',
  },
  '16': { title: 'Animated QR codes', without: 'our tokens fit one code' },
  '17': { title: 'WebSockets' },
  '18': { title: 'Payment requests' },
  '19': { title: 'The same answer again' },
  '20': { title: 'Quotes locked to a key' },
  '21': { title: 'Clear authentication', without: 'anybody may use the mint' },
  '22': { title: 'Blind authentication', without: 'anybody may use the mint' },
  '23': { title: 'Lightning invoices (BOLT 11)' },
  '24': { title: 'HTTP 402' },
  '25': { title: 'Lightning offers (BOLT 12)', without: 'no node that makes offers yet' },
  '26': { title: 'Payment requests in bech32m' },
  '27': { title: 'Backup of a list of mints over Nostr', without: 'a backup is an encrypted blob at the mint instead' },
  '28': { title: 'Locks to blinded keys (P2BK)' },
  '29': { title: 'Several quotes at once' },
  '30': { title: 'Bitcoin on chain', without: 'no node yet' },
}

/** A test that is named for NUTs: `NUT-04, NUT-23: tops up by an invoice`. */
interface NamedTest {
  readonly nuts: readonly string[]
  readonly says: string
  readonly file: string
}

const namePattern = /\btest(?:\.each[^\n]*)?\(\s*(['"`])((?:NUT-\d\d(?:, )?)+): (.+?)\1/g

function namedTests(): NamedTest[] {
  return globSync('packages/*/src/**/*.test.ts', { cwd: root })
    .toSorted()
    .flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(namePattern)].map(([, , numbers = '', says = '']) => ({
        nuts: numbers.split(', ').map((name) => name.slice(4)),
        says,
        file,
      })),
    )
}

/** A file of figures of the specification: how many cases are in it, and which tests read it. */
interface Vectors {
  readonly nut: string
  readonly name: string
  readonly cases: number
  readonly readBy: readonly string[]
}

function vectorFiles(): Vectors[] {
  const tests = globSync('packages/protocol/src/**/*.test.ts', { cwd: root }).toSorted()
  const texts = new Map(tests.map((file) => [file, readFileSync(join(root, file), 'utf8')]))
  return globSync('packages/protocol/vectors/nut-*.json', { cwd: root })
    .toSorted()
    .map((file) => {
      const { source: _source, ...cases } = JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<
        string,
        unknown
      >
      return {
        nut: /nut-(\d\d)/.exec(file)?.[1] ?? '',
        name: basename(file),
        cases: Object.values(cases).reduce<number>((sum, each) => sum + casesIn(each), 0),
        readBy: [...texts].filter(([, text]) => text.includes(basename(file))).map(([test]) => test),
      }
    })
}

/** A list of objects, texts or lists has as many cases as members; anything else is one. */
function casesIn(value: unknown): number {
  return Array.isArray(value) && typeof value[0] !== 'number' ? value.length : 1
}

/** By number: an object has its keys that look like whole numbers first, and 00 to 09 do not. */
const inOrder = () => Object.entries(nuts).toSorted(([one], [other]) => one.localeCompare(other))

/** The page as it should be. */
export function nutsPage(): string {
  const tests = namedTests()
  const vectors = vectorFiles()
  const rows = inOrder().map(([number, { title, without }]) => {
    const own = tests.filter((each) => each.nuts.includes(number))
    const cases = vectors.filter(({ nut }) => nut === number).reduce((sum, each) => sum + each.cases, 0)
    const held = [
      ...(own.length === 0 ? [] : [`${own.length} test${own.length === 1 ? '' : 's'}`]),
      ...(cases === 0 ? [] : [`${cases} figures`]),
    ].join(', ')
    return `| ${number} | ${title} | ${held === '' ? `no: ${without ?? 'no test is named for it'}` : held} |`
  })
  const sections = inOrder().flatMap(([number, { title }]) => {
    const own = tests.filter((each) => each.nuts.includes(number))
    if (own.length === 0) return []
    return [
      '',
      `## NUT-${number}: ${title}`,
      '',
      ...own.map(({ says, file }) => `- ${says} ([${basename(file)}](../${file}))`),
    ]
  })
  const figures = vectors.map(
    ({ name, cases, readBy }) =>
      `| [${name}](../packages/protocol/vectors/${name}) | ${cases} | ${readBy.map((file) => `[${relative('packages/protocol/src', file)}](../${file})`).join(', ')} |`,
  )
  return [
    '# Cashu, NUT by NUT',
    '',
    'Which of the [NUTs](https://github.com/cashubtc/nuts) this project is held to, and by what. Made from the names of the tests by',
    '`node scripts/nuts.ts`; a test fails while it is stale. In the tests of `packages/mint`, `@cashu/cashu-ts` is the wallet.',
    '',
    '| NUT | | held to by |',
    '| --- | --- | --- |',
    ...rows,
    '',
    '## Figures of the specification',
    '',
    'Every file of `tests/` in the NUTs’ repository but 27, which does not apply. Some have figures of pull requests that are merged or near it.',
    '',
    '| file | cases | read by |',
    '| --- | --- | --- |',
    ...figures,
    ...sections,
    '',
  ].join('\n')
}

/** The page as it is. */
export function storedNutsPage(): string {
  return readFileSync(pagePath, 'utf8')
}

if (process.argv[1] === import.meta.filename) writeFileSync(pagePath, nutsPage())
