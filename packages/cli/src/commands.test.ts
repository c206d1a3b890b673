import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseSealedKeys } from '@tuppence/protocol'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { runLine } from './run.ts'
import { openOwnTill, openStreet, type OwnTill, type Street } from './street/index.ts'

// The command as a person runs it, against a real till and mint of a street.

let root: string
let street: Street
let till: OwnTill
const page = (price = '0.05', text = 'All of this is for sale, and it is long enough to be found anywhere else.') =>
  `<h1>Salt</h1>\n<tuppence-unlock price="${price}" sealed><p>${text}</p></tuppence-unlock>\n`

const streetDir = mkdtempSync(join(tmpdir(), 'tuppence-street-'))
beforeAll(async () => {
  street = await openStreet({ dataDir: streetDir, ports: { wallet: 0, mint: 0 } })
})
afterAll(async () => {
  await street.close()
  rmSync(streetDir, { recursive: true, force: true })
})
beforeEach(async () => {
  // macOS calls its temporary folder by two names.
  root = realpathSync(mkdtempSync(join(tmpdir(), 'tuppence-cli-')))
  till = await openOwnTill({
    port: 0,
    mint: { url: street.mint.url, internalUrl: street.mint.internalUrl },
    dataDir: join(root, 'till'),
    secretFile: join(root, 'till.secret'),
    publisher: 'plot-27',
    sites: ['https://blog.example'],
    register: street.mint.addAccount,
    log: () => {},
  })
  mkdirSync(join(root, 'dist'))
  writeFileSync(join(root, 'dist', 'salt.html'), page())
})
afterEach(async () => {
  await till.close()
  rmSync(root, { recursive: true, force: true })
})

type Said = Readonly<{ status: number; out: string; err: string }>

/** Runs a command line in `root`, here: a process for each takes longer than all that it does. */
async function tuppence(args: readonly string[], env: Record<string, string> = {}): Promise<Said> {
  const said = { out: '', err: '' }
  const keep = (stream: 'out' | 'err') => (text: unknown) => {
    said[stream] += String(text)
    return true
  }
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(keep('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(keep('err')),
  ]
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  const before = process.cwd()
  process.chdir(root)
  try {
    return { status: await runLine(args), ...said }
  } finally {
    process.chdir(before)
    vi.unstubAllEnvs()
    for (const spy of spies) spy.mockRestore()
  }
}

const init = (env: Record<string, string> = { TUPPENCE_SECRET: till.access.secret }) =>
  tuppence(
    [
      'init',
      '--site',
      'https://blog.example',
      '--wallet',
      'https://wallet.example',
      '--till',
      till.access.till,
      '--publisher',
      'plot-27',
    ],
    env,
  )

async function offers(): Promise<Record<string, { price: string; sites: string[]; content?: { body: string } }>> {
  const headers = { authorization: `Bearer ${till.access.secret}` }
  const api = `${till.access.till.replace('till.localhost', '127.0.0.1')}/v1/publishers/plot-27/offers`
  const { offers: listed } = (await (await fetch(api, { headers })).json()) as { offers: { id: string }[] }
  const whole = await Promise.all(listed.map(async ({ id }) => (await fetch(`${api}/${id}`, { headers })).json()))
  return Object.fromEntries(listed.map(({ id }, index) => [id, whole[index]])) as never
}

const config = (): Record<string, unknown> => JSON.parse(readFileSync(join(root, 'tuppence.json'), 'utf8')) as never
const write = (value: unknown): void =>
  writeFileSync(join(root, 'tuppence.json'), typeof value === 'string' ? value : JSON.stringify(value, undefined, 2))
const html = (): string => readFileSync(join(root, 'dist', 'salt.html'), 'utf8')

describe('from nothing to an offer', () => {
  test('init asks the till, keeps secrets to their owner, and is the same twice', async () => {
    const first = await init()
    expect([first.status, first.err]).toEqual([0, ''])
    expect(first.out).toContain(
      `${till.access.till} knows publisher plot-27; your offers: ${till.access.till}/p/plot-27/manage`,
    )
    for (const name of ['seal.secret', 'publisher.secret'])
      expect(statSync(join(root, '.tuppence', name)).mode & 0o077).toBe(0)
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('.tuppence/\n')
    expect(first.out + readFileSync(join(root, 'tuppence.json'), 'utf8')).not.toContain(till.access.secret)
    const seal = readFileSync(join(root, '.tuppence/seal.secret'), 'utf8')
    await init()
    expect(readFileSync(join(root, '.tuppence/seal.secret'), 'utf8')).toBe(seal)
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('.tuppence/\n')
  })

  test('seal puts article, terms, payout and tip jar there; a second site is added and shown', async () => {
    await init()
    await tuppence(['init', '--site', 'https://www.blog.example/'])
    write({
      ...config(),
      selling: { free: { count: 2, per: 'month' }, refund: { windowSeconds: 600 } },
      payout: { iban: 'XX00 1234' },
      offers: [{ id: 'tip', kind: 'tip', title: 'Tip jar' }],
    })
    const { status, out, err } = await tuppence(['seal'])
    expect([status, err]).toEqual([0, ''])
    expect(out).toContain(`new        0.05 usd  salt.html  ->  ${till.access.till}/p/plot-27/salt`)
    const { salt, tip } = await offers()
    expect(salt).toMatchObject({ price: '0.05', sites: ['https://blog.example', 'https://www.blog.example'] })
    expect(Object.keys(parseSealedKeys(salt?.content?.body ?? '')).length).toBe(1)
    expect(tip?.sites).toEqual(['https://blog.example', 'https://www.blog.example'])
    expect(html()).not.toContain('for sale')
    expect((await tuppence(['seal'])).out).toContain('unchanged')
    const asked = await fetch(`${till.access.till.replace('till.localhost', '127.0.0.1')}/p/plot-27/salt`)
    expect([asked.status, (await asked.text()).includes('keys')]).toEqual([402, false])
  })

  test('keys rotate: a new secret for the till, new keys for the articles; the text comes back for its author', async () => {
    await init()
    await tuppence(['seal'])
    const before = (await offers())['salt']?.content?.body ?? ''
    const sealed = html()
    const rotated = await tuppence(['keys', 'rotate'])
    expect([rotated.status, rotated.err]).toEqual([0, ''])
    expect(readFileSync(join(root, '.tuppence/publisher.secret'), 'utf8').trim()).not.toBe(till.access.secret)
    expect((await tuppence(['seal'])).out).toContain('changed')
    const after = parseSealedKeys((await offers())['salt']?.content?.body ?? '')
    expect(Object.keys(after)).toEqual(expect.arrayContaining(Object.keys(parseSealedKeys(before))))
    expect(Object.keys(after).length).toBe(2)
    expect(html()).not.toBe(sealed)
    const shown = await tuppence(['unseal', '--out', 'plain'])
    expect(shown.out).toContain('1 page opened')
    expect(readFileSync(join(root, 'plain/salt.html'), 'utf8')).toContain('All of this is for sale')
    expect(html()).not.toContain('All of this is for sale')
  })
})

describe('mistakes are one line with their place, and sell nothing', () => {
  const refused = async (args: readonly string[], env?: Record<string, string>): Promise<string> => {
    const { status, out, err } = await tuppence(args, env)
    expect([status, out]).toEqual([1, ''])
    expect(err.trim().split('\n').length).toBe(1)
    return err.replaceAll(`${root}/`, '').replace('tuppence: ', '').trim()
  }

  test.each([
    ['an unknown field', { prize: 1 }, 'tuppence.json:8:prize: unknown field'],
    ['no publisher', { publisher: undefined }, 'tuppence.json:publisher: is missing'],
    ['a publisher that is none', { publisher: '../x' }, 'tuppence.json:7:publisher: must be 1 to 32 of a-z 0-9 -'],
    [
      'no till',
      { till: undefined },
      'tuppence.json:till: is missing: the origin of the till that sells for you (or one of your own:  npx tuppence till)',
    ],
    [
      'a till with a path',
      { till: 'https://till.example/p' },
      'tuppence.json:6:till: must be an exact origin, such as "https://blog.example": no path, no trailing slash',
    ],
    [
      'a till without TLS',
      { till: 'http://till.example' },
      'tuppence.json:6:till: must be https, but for loopback names',
    ],
    ['no site', { sites: [] }, 'tuppence.json:2:sites: must name at least one site'],
    ['a base that is none', { base: 'blog' }, 'tuppence.json:8:base: must begin and end with a slash'],
  ])('%s in tuppence.json', async (_name, change, message) => {
    await init()
    write({ ...config(), ...change })
    expect(await refused(['seal'])).toBe(message)
    expect(await offers()).toEqual({})
    expect(html()).toBe(page())
  })

  test.each([
    ['an unknown term', { selling: { frei: 1 } }, 'tuppence.json:selling.frei: unknown field'],
    ['a negative cap', { selling: { cap: { amount: '-1', per: 'month' } } }, /^tuppence\.json:selling\.cap\.amount: /],
    [
      'half a free article',
      { selling: { free: { count: 0.5, per: 'month' } } },
      /^tuppence\.json:selling\.free\.count: /,
    ],
    [
      'a tip jar whose min is above its max',
      { offers: [{ id: 'tip', kind: 'tip', title: 'T', min: '5', max: '1' }] },
      /^tuppence\.json:offers\.0\.min: /,
    ],
    [
      'a pass for a fraction of a cent',
      { offers: [{ id: 'day', kind: 'pass', title: 'T', price: '0.001', per: 'day' }] },
      /^tuppence\.json:offers\.0\.price: /,
    ],
    [
      'a price beyond all money',
      { offers: [{ id: 'day', kind: 'pass', title: 'T', price: '999999999999', per: 'day' }] },
      /^tuppence\.json:offers\.0\.price: /,
    ],
    [
      'an offer that is no kind',
      { offers: [{ id: 'x', kind: 'gift', title: 'T' }] },
      /^tuppence\.json:offers\.0\.kind/,
    ],
    ['payout that is no text', { payout: { iban: 'x'.repeat(300) } }, /^tuppence\.json:payout\.iban: /],
  ])('%s: the till names the field', async (_name, change, message) => {
    await init()
    write({ ...config(), ...change })
    expect(await refused(['seal'])).toMatch(message)
    expect(await offers()).toEqual({})
    expect(html()).toBe(page())
    expect(await street.mint.balance('plot-27')).toBe(0)
  })

  test.each(['-0.05', '0', '0.001', '1e9', '9999999999999', 'NaN', ''])('price="%s" in a page', async (price) => {
    await init()
    writeFileSync(join(root, 'dist', 'salt.html'), page(price))
    expect(await refused(['seal'])).toBe(
      `salt.html:2: price="${price}" is no price in usd: decimal text above zero, such as "0.05"`,
    )
    expect(await offers()).toEqual({})
  })

  test('another secret, another publisher, no till there, no secret', async () => {
    await init()
    expect(await refused(['seal'], { TUPPENCE_SECRET: 'tp_wrong' })).toContain(
      'refuses the secret of publisher plot-27',
    )
    write({ ...config(), publisher: 'plot-28' })
    expect(await refused(['seal'])).toContain('refuses the secret of publisher plot-28')
    write({ ...config(), publisher: 'plot-27', till: 'http://till.localhost:9' })
    expect(await refused(['seal'])).toMatch(/^http:\/\/till\.localhost:9: the till does not answer/)
    rmSync(join(root, '.tuppence/publisher.secret'))
    expect(await refused(['seal'])).toBe(
      '.tuppence/publisher.secret: no secret for the till: set TUPPENCE_SECRET, or put it into this file',
    )
    expect(await offers()).toEqual({})
  })

  test('a configuration that is no JSON, a folder that is not there, a secret that is none', async () => {
    expect(await refused(['seal'])).toBe('tuppence.json: no tuppence.json here: begin with  npx tuppence init')
    await init()
    expect(await refused(['seal', 'nowhere'])).toBe('nowhere: no such folder: build the site first')
    writeFileSync(join(root, '.tuppence/seal.secret'), '\n12ab\n')
    expect(await refused(['seal'])).toBe('.tuppence/seal.secret:2: is no secret of 64 hex digits')
    write('{')
    expect(await refused(['seal'])).toMatch(/^tuppence\.json: is no JSON/)
    expect(await refused(['init', '--site', 'blog'])).toBe(
      '--site blog: must be an origin, such as https://blog.example',
    )
    expect(existsSync(join(root, '.tuppence/sealed.json'))).toBe(false)
  })

  test('is a programme', () => {
    const flags = ['--disable-warning=ExperimentalWarning', '--conditions=@tuppence/source']
    const out = execFileSync(process.execPath, [...flags, join(import.meta.dirname, 'main.ts'), '--help'], {
      encoding: 'utf8',
    })
    expect(out).toContain('tuppence keys rotate [seal | publisher]')
  })

  test('a command that is none, an option that is none', async () => {
    expect(await tuppence(['sale'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('no command "sale"') as string,
    })
    expect(await tuppence(['seal', '--fast'])).toMatchObject({
      status: 2,
      err: expect.stringContaining("'--fast'") as string,
    })
    expect((await tuppence([])).out).toContain('tuppence seal [DIR]')
  })
})
