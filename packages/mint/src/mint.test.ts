import {
  bytesToHex,
  hexToBytes,
  sha256,
  sha256Hex,
  signingKey,
  verifyReceipt,
  type SignedReceipt,
} from '@tuppence/protocol'
import { hashToCurve, publicKey, signQuote, signMessage, verifyDleq } from '@tuppence/protocol/crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  accountId,
  activeKeyset,
  coinsOf,
  depositCoins,
  draft,
  ledgerState,
  paidQuote,
  split,
  startTestMint,
  topUp,
  type TestMint,
} from './testing/mint.ts'

let mint: TestMint
beforeAll(async () => {
  mint = await startTestMint()
})
afterAll(() => mint.close())

const parsed = (answer: { text: string }) => JSON.parse(answer.text) as Record<string, never>
const nutCode = (answer: { text: string }) => (JSON.parse(answer.text) as { code: number }).code

describe('keysets', () => {
  test('publishes one active keyset of 16 denominations, whose id follows from its keys', async () => {
    const keyset = await activeKeyset(mint)
    expect(Object.keys(keyset.keys)).toHaveLength(16)
    expect(keyset.keys['32768']).toMatch(/^0[23]/)
    const preimage = `${Object.entries(keyset.keys)
      .map(([amount, key]) => `${amount}:${key}`)
      .join(',')}|unit:usd`
    expect(keyset.id).toBe(`01${await sha256Hex(preimage)}`)
    expect(JSON.parse((await mint.get('/v1/keysets')).text)).toEqual({
      keysets: [{ id: keyset.id, unit: 'usd', active: true, input_fee_ppk: 0 }],
    })
    expect(JSON.parse((await mint.get(`/v1/keys/${keyset.id}`)).text)).toEqual({ keysets: [keyset] })
    expect(nutCode(await mint.get(`/v1/keys/01${'0'.repeat(64)}`))).toBe(12001)
  })
})

describe('info', () => {
  test('says what the mint can do', async () => {
    const info = parsed(await mint.get('/v1/info')) as unknown as Record<string, Record<string, unknown>>
    expect(Object.keys(info['nuts'] ?? {}).map(Number)).toEqual([4, 5, 7, 8, 9, 10, 11, 12, 14, 17, 19, 20, 29])
    expect(info['nuts']?.['4']).toEqual({
      methods: [{ method: 'test', unit: 'usd', method_name: 'Test money', min_amount: 1, max_amount: 100_000 }],
      disabled: false,
    })
    expect(info['nuts']?.['19']).toEqual({
      ttl: null,
      cached_endpoints: [
        { method: 'POST', path: '/v1/swap' },
        { method: 'POST', path: '/v1/mint/test' },
        { method: 'POST', path: '/v1/mint/test/batch' },
        { method: 'POST', path: '/v1/melt/test' },
      ],
    })
    expect(info['tuppence']).toMatchObject({ deposit: `${mint.url}/v1/deposit` })
    expect(info['tuppence']?.['keys']).toEqual(
      (JSON.parse((await mint.get('/v1/receipt-keys')).text) as { keys: unknown }).keys,
    )
  })

  test('knows no test money unless the configuration enables it', async () => {
    const plain = await startTestMint({ funding: {} })
    try {
      expect((await plain.post('/v1/test/pay', { quote: 'x' })).status).toBe(404)
      expect((await plain.post('/v1/mint/quote/test', { amount: 1, unit: 'usd' })).status).toBe(400)
      expect(JSON.parse((await plain.get('/v1/info')).text)).toMatchObject({
        nuts: { 4: { methods: [], disabled: true } },
      })
    } finally {
      await plain.close()
    }
  })
})

describe('top-up', () => {
  test('turns a paid quote into coins with proofs, once', async () => {
    const opened = parsed(await mint.post('/v1/mint/quote/test', { amount: 100, unit: 'usd' })) as unknown as Record<
      string,
      unknown
    >
    expect(opened).toMatchObject({ state: 'UNPAID', amount: 100, unit: 'usd', amount_paid: 0, amount_issued: 0 })
    const quote = opened['quote'] as string
    expect(opened['request']).toBe(`test-money:${quote}`)
    expect(quote).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const made = draft(await activeKeyset(mint), split(100))
    const early = await mint.post('/v1/mint/test', { quote, outputs: made.outputs })
    expect([early.status, nutCode(early)]).toEqual([400, 20001])
    expect(parsed(await mint.post('/v1/test/pay', { quote }))).toMatchObject({ state: 'PAID', amount_paid: 100 })
    expect(parsed(await mint.post('/v1/test/pay', { quote }))).toMatchObject({ state: 'PAID', amount_paid: 100 })
    const issued = await mint.post('/v1/mint/test', { quote, outputs: made.outputs })
    expect(issued.status).toBe(200)
    const { signatures } = JSON.parse(issued.text) as {
      signatures: { C_: string; amount: number; dleq: { e: string; s: string } }[]
    }
    for (const [index, { C_, amount, dleq }] of signatures.entries()) {
      expect(amount).toBe(made.outputs[index]?.amount)
      const B_ = hexToBytes(made.outputs[index]?.B_ as string)
      const mintKey = hexToBytes(made.keyset.keys[String(amount)] as string)
      expect(verifyDleq({ B_, C_: hexToBytes(C_), mintKey, ...dleq })).toBe(true)
    }
    expect(parsed(await mint.get(`/v1/mint/quote/test/${quote}`))).toMatchObject({
      state: 'ISSUED',
      amount_issued: 100,
    })
    expect((await mint.post('/v1/mint/test', { quote, outputs: made.outputs })).text).toBe(issued.text)
    const other = draft(made.keyset, split(100))
    expect(nutCode(await mint.post('/v1/mint/test', { quote, outputs: other.outputs }))).toBe(20002)
  })

  test('wants a signature for a locked quote, in either form of the message', async () => {
    const privateKey = new Uint8Array(32).fill(9)
    const quote = await paidQuote(mint, 8, { pubkey: bytesToHex(publicKey(privateKey)) })
    const { outputs } = draft(await activeKeyset(mint), [8])
    expect(nutCode(await mint.post('/v1/mint/test', { quote, outputs }))).toBe(20008)
    const forged = signQuote({ quote, outputs }, new Uint8Array(32).fill(8))
    expect(nutCode(await mint.post('/v1/mint/test', { quote, outputs, signature: forged }))).toBe(20008)
    const legacy = signMessage(quote + outputs.map(({ B_ }) => B_).join(''), privateKey)
    const first = await mint.post('/v1/mint/test', { quote, outputs, signature: legacy })
    expect(first.status).toBe(200)
    const signature = signQuote({ quote, outputs }, privateKey)
    expect((await mint.post('/v1/mint/test', { quote, outputs, signature })).text).toBe(first.text)
  })

  test('refuses amounts outside of the limits, other units and methods, and keys that are no points', async () => {
    expect(nutCode(await mint.post('/v1/mint/quote/test', { amount: 100_001, unit: 'usd' }))).toBe(11006)
    expect(nutCode(await mint.post('/v1/mint/quote/test', { amount: 5, unit: 'eur' }))).toBe(11013)
    expect((await mint.post('/v1/mint/quote/bolt11', { amount: 5, unit: 'usd' })).text).toContain('funding-unsupported')
    const pubkey = `02${'0'.repeat(63)}5`
    expect(nutCode(await mint.post('/v1/mint/quote/test', { amount: 5, unit: 'usd', pubkey }))).toBe(20009)
  })

  test('does not let an expired quote be paid, but always lets a paid one be claimed', async () => {
    const opened = parsed(await mint.post('/v1/mint/quote/test', { amount: 4, unit: 'usd' })) as unknown as {
      quote: string
    }
    const quote = await paidQuote(mint, 4)
    mint.clock.offsetMs = 365 * 86_400_000
    try {
      expect(nutCode(await mint.post('/v1/test/pay', { quote: opened.quote }))).toBe(20007)
      const { outputs } = draft(await activeKeyset(mint), [4])
      expect((await mint.post('/v1/mint/test', { quote, outputs })).status).toBe(200)
    } finally {
      mint.clock.offsetMs = 0
    }
  })
})

describe('swap', () => {
  test('exchanges coins for new ones, and gives the same bytes for the same request', async () => {
    const inputs = await topUp(mint, [4, 8])
    const made = draft(await activeKeyset(mint), [2, 2, 8])
    const first = await mint.post('/v1/swap', { inputs, outputs: made.outputs })
    expect(first.status).toBe(200)
    // Written otherwise, but the same request: members in another order, white space, a DLEQ proof, an unknown member.
    const again = JSON.stringify(
      {
        extra: 1,
        outputs: made.outputs.map(({ amount, id, B_ }) => ({ B_, id, amount })),
        inputs: inputs.map(({ amount, id, secret, C }) => ({ C, secret, id, amount, dleq: null, witness: null })),
      },
      null,
      2,
    )
    expect((await mint.post('/v1/swap', again)).text).toBe(first.text)
    const coins = coinsOf(made, first.text)
    expect((await depositCoins(mint, coins)).status).toBe(200)
  })

  test('refuses a spent coin, and leaves the good coin beside it alone', async () => {
    const [spent, good] = await topUp(mint, [4, 8])
    const keyset = await activeKeyset(mint)
    await mint.post('/v1/swap', { inputs: [spent], outputs: draft(keyset, [4]).outputs })
    const before = await ledgerState(mint)
    const refused = await mint.post('/v1/swap', { inputs: [good, spent], outputs: draft(keyset, [4, 8]).outputs })
    expect([refused.status, nutCode(refused)]).toEqual([400, 11001])
    expect(await ledgerState(mint)).toEqual(before)
    expect((await mint.post('/v1/swap', { inputs: [good], outputs: draft(keyset, [8]).outputs })).status).toBe(200)
  })

  test('lets exactly one of 500 requests at once have a coin', async () => {
    const inputs = await topUp(mint, [1])
    const keyset = await activeKeyset(mint)
    const drafts = Array.from({ length: 500 }, () => draft(keyset, [1]))
    const answers = await Promise.all(drafts.map(({ outputs }) => mint.post('/v1/swap', { inputs, outputs })))
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    const lost = answers.filter(({ status }) => status !== 200)
    expect(new Set(lost.map(nutCode))).toEqual(new Set([11001]))
    const winner = drafts[answers.findIndex(({ status }) => status === 200)]
    expect((await mint.post('/v1/swap', { inputs, outputs: winner?.outputs })).text).toBe(won[0]?.text)
    const restored = await mint.post('/v1/restore', { outputs: drafts.slice(0, 200).flatMap(({ outputs }) => outputs) })
    expect((JSON.parse(restored.text) as { signatures: unknown[] }).signatures.length).toBeLessThanOrEqual(1)
  }, 30_000)

  test('gives the same request at once, fifty times, the same bytes', async () => {
    const inputs = await topUp(mint, [2])
    const { outputs } = draft(await activeKeyset(mint), [1, 1])
    const answers = await Promise.all(Array.from({ length: 50 }, () => mint.post('/v1/swap', { inputs, outputs })))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(answers[0]?.status).toBe(200)
  })
})

describe('states and restore', () => {
  test('tells spent coins from others, in the order asked, with what spent them', async () => {
    const [one, two] = await topUp(mint, [1, 2])
    await mint.post('/v1/swap', { inputs: [two], outputs: draft(await activeKeyset(mint), [2]).outputs })
    const Ys = [one, two].map((coin) => bytesToHex(hashToCurve(coin?.secret as string)))
    expect(JSON.parse((await mint.post('/v1/checkstate', { Ys })).text)).toEqual({
      states: [
        { Y: Ys[0], state: 'UNSPENT', witness: null },
        { Y: Ys[1], state: 'SPENT', witness: null },
      ],
    })
  })

  test('gives back signatures for what was signed, and leaves out what was not', async () => {
    const quote = await paidQuote(mint, 3)
    const made = draft(await activeKeyset(mint), [1, 2])
    const issued = await mint.post('/v1/mint/test', { quote, outputs: made.outputs })
    const [unsigned] = draft(made.keyset, [4]).outputs
    const blanks = [made.outputs[1], unsigned, made.outputs[0]].map((output) => ({ ...output, amount: 0 }))
    const { signatures } = JSON.parse(issued.text) as { signatures: unknown[] }
    expect(JSON.parse((await mint.post('/v1/restore', { outputs: blanks })).text)).toEqual({
      outputs: [made.outputs[1], made.outputs[0]],
      signatures: [signatures[1], signatures[0]],
    })
  })
})

describe('locked coins', () => {
  const privateKey = new Uint8Array(32).fill(5)
  const lockedTo = (key: Uint8Array, tags: string[][] = []) =>
    JSON.stringify(['P2PK', { nonce: crypto.randomUUID(), data: bytesToHex(publicKey(key)), tags }])

  test('need the signature of their key, which NUT-07 then shows', async () => {
    const [coin] = await topUp(mint, [4], () => lockedTo(privateKey))
    if (coin === undefined) throw new Error('no coin')
    const { outputs } = draft(await activeKeyset(mint), [4])
    expect(nutCode(await mint.post('/v1/swap', { inputs: [coin], outputs }))).toBe(20008)
    const witness = JSON.stringify({ signatures: [signMessage(coin.secret, privateKey)] })
    const wrong = JSON.stringify({ signatures: [signMessage(coin.secret, new Uint8Array(32).fill(6))] })
    expect(nutCode(await mint.post('/v1/swap', { inputs: [{ ...coin, witness: wrong }], outputs }))).toBe(20008)
    expect((await mint.post('/v1/swap', { inputs: [{ ...coin, witness }], outputs })).status).toBe(200)
    const Ys = [bytesToHex(hashToCurve(coin.secret))]
    expect(JSON.parse((await mint.post('/v1/checkstate', { Ys })).text)).toMatchObject({
      states: [{ state: 'SPENT', witness }],
    })
  })

  test('are checked only once the coin itself is real and unspent: a lock costs more to check than a coin', async () => {
    const [coin] = await topUp(mint, [4], () => lockedTo(privateKey))
    if (coin === undefined) throw new Error('no coin')
    const { outputs } = draft(await activeKeyset(mint), [4])
    const forged = { ...coin, C: bytesToHex(publicKey(privateKey)), witness: '{"signatures":[]}' }
    expect((await mint.post('/v1/swap', { inputs: [forged], outputs })).text).toContain('coin-invalid')
    const witness = JSON.stringify({ signatures: [signMessage(coin.secret, privateKey)] })
    expect((await mint.post('/v1/swap', { inputs: [{ ...coin, witness }], outputs })).status).toBe(200)
    const spent = { ...coin, witness: '{"signatures":[]}' }
    expect(nutCode(await mint.post('/v1/swap', { inputs: [spent], outputs }))).toBe(11001)
  })

  test('with SIG_ALL need a signature over the outputs too, and cannot be deposited', async () => {
    const [coin] = await topUp(mint, [4], () => lockedTo(privateKey, [['sigflag', 'SIG_ALL']]))
    if (coin === undefined) throw new Error('no coin')
    const { outputs } = draft(await activeKeyset(mint), [4])
    const stolen = draft(await activeKeyset(mint), [4])
    const message = coin.secret + coin.C + outputs.map(({ amount, B_ }) => `${amount}${B_}`).join('')
    const inputs = [{ ...coin, witness: JSON.stringify({ signatures: [signMessage(message, privateKey)] }) }]
    expect(nutCode(await mint.post('/v1/swap', { inputs, outputs: stolen.outputs }))).toBe(20008)
    const alone = { ...coin, witness: JSON.stringify({ signatures: [signMessage(coin.secret + coin.C, privateKey)] }) }
    expect((await depositCoins(mint, [alone])).text).toContain('coin-locked')
    expect((await mint.post('/v1/swap', { inputs, outputs })).status).toBe(200)
  })

  test('under a hash need its preimage and the signature (NUT-14)', async () => {
    const preimage = '5e'.repeat(32)
    const data = bytesToHex(await sha256(hexToBytes(preimage)))
    const tags = [['pubkeys', bytesToHex(publicKey(privateKey))]]
    const secretOf = () => JSON.stringify(['HTLC', { nonce: crypto.randomUUID(), data, tags }])
    const [coin] = await topUp(mint, [4], secretOf)
    if (coin === undefined) throw new Error('no coin')
    const { outputs } = draft(await activeKeyset(mint), [4])
    const signatures = [signMessage(coin.secret, privateKey)]
    const swap = (witness: object) =>
      mint.post('/v1/swap', { inputs: [{ ...coin, witness: JSON.stringify(witness) }], outputs })
    expect(nutCode(await swap({ signatures }))).toBe(20008)
    expect(nutCode(await swap({ signatures, preimage: '5f'.repeat(32) }))).toBe(20008)
    expect(nutCode(await swap({ signatures: [], preimage }))).toBe(20008)
    expect((await swap({ signatures, preimage })).status).toBe(200)
  })

  test('of a kind that the mint does not know stay where they are', async () => {
    const [coin] = await topUp(mint, [4], () => JSON.stringify(['MOON', { nonce: crypto.randomUUID(), data: 'x' }]))
    const before = await ledgerState(mint)
    const refused = await mint.post('/v1/swap', {
      inputs: [coin],
      outputs: draft(await activeKeyset(mint), [4]).outputs,
    })
    expect(refused.status).toBe(400)
    expect(refused.text).toContain('condition-unsupported')
    expect(await ledgerState(mint)).toEqual(before)
  })
})

describe('deposit', () => {
  test('credits the account and answers with a receipt that anyone can check; again, the same bytes', async () => {
    const inputs = await topUp(mint, [1, 4])
    const before = await mint.served.ledger.balances(`publisher:${accountId}`)
    const reference = await sha256Hex('a token')
    const first = await depositCoins(mint, inputs, { reference })
    const { receipt } = JSON.parse(first.text) as { receipt: SignedReceipt }
    expect(receipt).toMatchObject({ v: 1, mint: mint.url, account: accountId, amount: 5, unit: 'usd', reference })
    const { keys } = JSON.parse((await mint.get('/v1/receipt-keys')).text) as { keys: JsonWebKey[] }
    expect(await verifyReceipt(receipt, keys)).toBe(true)
    expect(await verifyReceipt({ ...receipt, amount: 6 }, keys)).toBe(false)
    expect((await depositCoins(mint, inputs, { reference })).text).toBe(first.text)
    const after = await mint.served.ledger.balances(`publisher:${accountId}`)
    expect((after[0]?.balance ?? 0) - (before[0]?.balance ?? 0)).toBe(5)
  })

  test('refuses a reference with other content, and spends nothing', async () => {
    const [one, two] = await topUp(mint, [1, 1])
    const reference = await sha256Hex('another token')
    if (one === undefined || two === undefined) throw new Error('no coins')
    await depositCoins(mint, [one], { reference })
    const before = await ledgerState(mint)
    const refused = await depositCoins(mint, [two], { reference })
    expect([refused.status, JSON.parse(refused.text).code]).toEqual([409, 'deposit-conflict'])
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    const offer = await sha256Hex('another offer')
    expect((await depositCoins(mint, [one], { reference, fields: { offer } })).status).toBe(409)
    expect(await ledgerState(mint)).toEqual(before)
  })

  test('takes no deposit that is unsigned, stale, signed by another key, altered, or for nobody', async () => {
    const inputs = await topUp(mint, [1])
    const before = await ledgerState(mint)
    const body = {
      reference: await sha256Hex('x'),
      account: accountId,
      unit: 'usd',
      offer: await sha256Hex('y'),
      inputs,
    }
    expect(parsed(await mint.post('/v1/deposit', body))).toMatchObject({ code: 'signature-missing', status: 401 })
    const stranger = await signingKey(new Uint8Array(32).fill(8))
    expect(parsed(await depositCoins(mint, inputs, { key: stranger }))).toMatchObject({ code: 'signature-key-unknown' })
    const borrowedName = { ...stranger, keyId: mint.accountKey.keyId }
    expect(parsed(await depositCoins(mint, inputs, { key: borrowedName }))).toMatchObject({ code: 'signature-invalid' })
    expect(parsed(await depositCoins(mint, inputs, { fields: { account: 'nobody' } }))).toMatchObject({
      code: 'account-unknown',
    })
    expect(parsed(await depositCoins(mint, inputs, { fields: { unit: 'eur' } }))).toMatchObject({
      code: 'units-differ',
    })
    const late = { ...mint, clock: { offsetMs: -120_000 } }
    expect(parsed(await depositCoins(late, inputs))).toMatchObject({ code: 'signature-stale' })
    const tampering = {
      ...mint,
      post: ((path, sent, headers) => mint.post(path, `${String(sent)} `, headers)) as TestMint['post'],
    }
    expect(parsed(await depositCoins(tampering, inputs))).toMatchObject({ code: 'digest-mismatch' })
    expect(await ledgerState(mint)).toEqual(before)
  })

  test('shows a publisher its own account, and nobody else', async () => {
    expect((await mint.get(`/v1/accounts/${accountId}`)).status).toBe(401)
    const { signRequest } = await import('@tuppence/protocol')
    const { privateKey, keyId } = mint.accountKey
    const path = `/v1/accounts/${accountId}`
    const signed = await signRequest(
      { method: 'GET', url: mint.url + path },
      { key: privateKey, keyId, createdMs: Date.now() },
    )
    const answer = await mint.get(path, signed)
    expect(JSON.parse(answer.text)).toMatchObject({ id: accountId, balances: [{ unit: 'usd' }] })
  })
})

describe('fees', () => {
  test('are taken from inputs, rounded up, and stay with the mint', async () => {
    const dear = await startTestMint({ inputFeePpk: 100 })
    try {
      const inputs = await topUp(dear, [4, 8])
      const keyset = await activeKeyset(dear)
      expect(keyset.input_fee_ppk).toBe(100)
      expect(nutCode(await dear.post('/v1/swap', { inputs, outputs: draft(keyset, [4, 8]).outputs }))).toBe(11005)
      const made = draft(keyset, [1, 2, 8])
      const swapped = await dear.post('/v1/swap', { inputs, outputs: made.outputs })
      const deposited = JSON.parse((await depositCoins(dear, coinsOf(made, swapped.text))).text) as {
        receipt: SignedReceipt
      }
      expect(deposited.receipt.amount).toBe(10)
      expect(await dear.served.ledger.balances('fees')).toEqual([{ account: 'fees', unit: 'usd', balance: 2 }])
    } finally {
      await dear.close()
    }
  })
})

describe('rotation', () => {
  test('retires the keyset: its coins are good, its signatures are over', async () => {
    const own = await startTestMint()
    try {
      const old = await activeKeyset(own)
      const coins = await topUp(own, [2, 4])
      await own.served.keyring.rotate('usd')
      const fresh = await activeKeyset(own)
      expect(fresh.id).not.toBe(old.id)
      expect(nutCode(await own.post('/v1/swap', { inputs: coins, outputs: draft(old, [2, 4]).outputs }))).toBe(12002)
      expect((await own.post('/v1/swap', { inputs: coins, outputs: draft(fresh, [2, 4]).outputs })).status).toBe(200)
      const { keysets } = JSON.parse((await own.get('/v1/keysets')).text) as { keysets: { active: boolean }[] }
      expect(keysets.map(({ active }) => active)).toEqual([false, true])
    } finally {
      await own.close()
    }
  })
})
