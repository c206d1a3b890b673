import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  base64UrlEncode,
  decodeReceipt,
  encodeReceipt,
  hexToBytes,
  offerCommitment,
  signingKey,
  signReceipt,
  utf8,
  verifyReceipt,
} from '@tuppence/protocol'
import { createTill } from '@tuppence/till'
import { openStreet } from 'tuppence/street'
import { getEncodedToken, Wallet } from '@cashu/cashu-ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// docs/receipts.md tells publishers how to check a receipt in other languages; what it says is run here as it stands.

const root = join(import.meta.dirname, '..')
const document = readFileSync(join(root, 'docs/receipts.md'), 'utf8')
const snippet = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(document)?.[1] ?? ''

type Case = { header: string; offerUrl: string; keys: Record<string, string> }
type Vector = Case & { receipt: Record<string, unknown> }
const vector = JSON.parse(snippet('json')) as Vector

/** What a checker says of each case: the receipt, or nothing where it refuses. */
type Checker = (cases: readonly Case[]) => unknown[]

const folder = mkdtempSync(join(tmpdir(), 'receipts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const harness = {
  python: `
import sys
def attempt(case):
    try: return check_receipt(case["header"], case["offerUrl"], case["keys"])
    except Exception: return None
print(json.dumps([attempt(case) for case in json.load(sys.stdin)]))
`,
  js: `
import { readFileSync } from 'node:fs'
const attempt = ({ header, offerUrl, keys }) => { try { return checkReceipt(header, offerUrl, keys) } catch { return null } }
console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(attempt)))
`,
}

function checker(program: () => string, language: 'python' | 'js', name: string): Checker {
  return (cases) => {
    const file = join(folder, name)
    writeFileSync(file, snippet(language) + harness[language])
    const out = execFileSync(program(), [file], { input: JSON.stringify(cases), encoding: 'utf8', maxBuffer: 1 << 26 })
    return JSON.parse(out) as unknown[]
  }
}

/** A Python that has `cryptography`, which every fifth PyPI package needs; else one in a folder of our own. */
function python(): string {
  const has = (program: string): boolean => spawnSync(program, ['-c', 'import cryptography']).status === 0
  if (has('python3')) return 'python3'
  const own = join(root, '.tmp', 'python')
  const program = join(own, 'bin', 'python')
  if (!existsSync(program)) execFileSync('python3', ['-m', 'venv', own])
  if (!has(program)) execFileSync(program, ['-m', 'pip', 'install', '--quiet', 'cryptography==48.0.0'])
  return program
}

let pythonProgram = ''
beforeAll(() => {
  pythonProgram = python()
}, 180_000)

const checkers: readonly (readonly [string, Checker])[] = [
  ['Python', checker(() => pythonProgram, 'python', 'check.py')],
  ['Node without our packages', checker(() => process.execPath, 'js', 'check.mjs')],
]

/** A receipt that a mint signed and a till sent: bought by NUT-24 with cashu-ts, so that nothing of ours read it. */
async function boughtReceipt(): Promise<Case> {
  const ports = { wallet: 0, mint: 0 }
  const street = await openStreet({ dataDir: folder, ports })
  const till = await createTill({
    config: {
      origin: 'https://news.example',
      account: 'daily-news',
      mint: { url: street.mint.url, internalUrl: street.mint.internalUrl },
      dataDir: join(folder, 'till'),
      offers: [{ kind: 'article', id: 'salt', path: '/read/salt', title: 'Salt', price: '0.05' }],
    },
    content: async () => ({ contentType: 'text/plain', body: 'salt' }),
    log: () => {},
  })
  try {
    await street.mint.addAccount({ id: 'daily-news', publicKey: till.publicKey })
    const wallet = new Wallet(street.mint.internalUrl, { unit: 'usd' })
    await wallet.loadMint()
    const quote = await wallet.createMintQuote('test', { amount: 5, unit: 'usd' })
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ quote: quote.quote })
    await fetch(`${street.mint.internalUrl}/v1/test/pay`, { method: 'POST', headers, body })
    const proofs = await wallet.mintProofs('test', 5, quote)
    const token = getEncodedToken({ mint: street.mint.url, unit: 'usd', proofs }, { removeDleq: true })
    const offerUrl = 'https://news.example/read/salt'
    const answer = await till.handle(new Request(offerUrl, { headers: { 'x-cashu': token } }))
    const published = await (await fetch(`${street.mint.internalUrl}/v1/receipt-keys`)).json()
    const keys = (published as { keys: { x: string }[] }).keys.map(({ x }) => [thumbprintOf(x), x])
    return { header: answer?.headers.get('payment-receipt') ?? '', offerUrl, keys: Object.fromEntries(keys) }
  } finally {
    await till.close()
    await street.close()
  }
}

/** RFC 7638, as the document asks for. */
const thumbprintOf = (x: string): string =>
  createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url')

let bought: Case
beforeAll(async () => {
  bought = await boughtReceipt()
})

describe.each(checkers)('a receipt checked by %s', (_name, check) => {
  test('what a mint signed for a payment is genuine', () => {
    expect(check([bought, { ...bought, offerUrl: 'https://news.example/read/sugar' }])).toEqual([
      expect.objectContaining({ account: 'daily-news', amount: 5, unit: 'usd' }),
      null,
    ])
  })

  test('the vector is genuine, for its offer and its mint only', () => {
    const { header, offerUrl, keys } = vector
    const otherKey = { [Object.keys(keys)[0] ?? '']: base64UrlEncode(hexToBytes('01'.repeat(32))) }
    expect(
      check([
        { header, offerUrl, keys },
        { header, offerUrl: `${offerUrl}2`, keys },
        { header, offerUrl, keys: otherKey },
        { header, offerUrl, keys: {} },
      ]),
    ).toEqual([vector.receipt, null, null, null])
  })

  test('text that is not ASCII is signed and read alike', async () => {
    const fresh = await freshReceipt('Zeitung "Überall" \\ \u0001 🍂 \u2028')
    expect(check([fresh])).toEqual([expect.objectContaining({ account: 'Zeitung "Überall" \\ \u0001 🍂 \u2028' })])
  })

  test('changed by one byte it is refused, or says what it said', () => {
    const paid = Buffer.from(vector.header, 'base64url').toString()
    const from = paid.indexOf('"receipt":') + 10
    const changed: Case[] = []
    for (let at = from; at < paid.length; at++) {
      for (const instead of ['0', 'A', '"']) {
        if (paid[at] === instead) continue
        const text = paid.slice(0, at) + instead + paid.slice(at + 1)
        changed.push({ ...vector, header: base64UrlEncode(utf8(text)) })
      }
    }
    expect(changed.length).toBeGreaterThan(1_000)
    const accepted = check(changed).filter((receipt) => receipt !== null)
    // Base64 ends in bits that say nothing: a change there changes no value.
    for (const receipt of accepted) expect(receipt).toEqual(vector.receipt)
    expect(accepted.length).toBeLessThan(8)
  })
})

test('the vector is what a mint signs and our own packages read', async () => {
  const { header, offerUrl, receipt, keys } = vector
  const read = decodeReceipt(header)
  expect(read.receipt).toMatchObject(receipt)
  expect(await verifyReceipt(read.receipt!, [{ kty: 'OKP', crv: 'Ed25519', x: Object.values(keys)[0]! }])).toBe(true)
  expect(await offerCommitment(hexToBytes('000102030405060708090a0b0c0d0e0f'), offerUrl)).toBe(receipt['offer'])
  const { keyId } = await signingKey(hexToBytes('07'.repeat(32)))
  expect(Object.keys(keys)).toEqual([keyId])
})

async function freshReceipt(account: string): Promise<Case> {
  const key = await signingKey(crypto.getRandomValues(new Uint8Array(32)))
  const salt = crypto.getRandomValues(new Uint8Array(16))
  const offerUrl = 'https://news.example/read/%C3%BC'
  const reference = 'ab'.repeat(32)
  const offer = await offerCommitment(salt, offerUrl)
  const body = {
    v: 1,
    mint: 'https://mint.example',
    account,
    offer,
    amount: 5,
    unit: 'usd',
    timeMs: Date.now(),
    reference,
  } as const
  const receipt = await signReceipt(body, key.privateKey, key.keyId)
  const header = encodeReceipt({
    method: 'cashu',
    status: 'success',
    timestamp: new Date().toISOString(),
    reference,
    receipt,
    salt: base64UrlEncode(salt),
  })
  return { header, offerUrl, keys: { [key.keyId]: key.x } }
}
