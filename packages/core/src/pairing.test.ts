import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findByPasskey, keepUnderPasskey, prfInput, unwrapSeed, wrapSeed } from './passkey.ts'
import { joinPairing, offerPairing, pairingMs } from './pairing.ts'
import { openStreet, type Street } from './testing/street.ts'
import { newSeed } from './words.ts'

let street: Street
beforeAll(async () => {
  street = await openStreet()
})
afterAll(() => street.close())

const soon = { after: (_: number, run: () => void) => (setTimeout(run, 20), () => {}) }
const store = (nowMs: () => number = Date.now) => ({ mint: street.mint.url, clock: { nowMs }, timer: soon })

describe('a pairing', () => {
  test('hands the seed over once both devices show the same digits, through a mint that learns nothing', async () => {
    const seed = await newSeed()
    const seen = street.fetch()
    const offer = await offerPairing({ ...store(), fetch: seen })
    expect(offer.text).toMatch(/^[\w-]{22}\.[\w-]{43}$/)
    const link = `https://wallet.example/pair.html#${offer.text}`
    const [met, joined] = await Promise.all([offer.met(), joinPairing({ ...store(), fetch: seen }, link)])
    expect(met.code).toMatch(/^\d{6}$/)
    expect(joined.code).toBe(met.code)
    const [taken] = await Promise.all([joined.seed(), met.confirm(seed)])
    expect(taken).toEqual(seed)
    const sent = seen.seen.map(({ body }) => body).join()
    for (const secret of [seed.seed, seed.entropy, new TextEncoder().encode(met.code)])
      expect(sent).not.toContain(Buffer.from(secret).toString('base64url'))
    // Used up: the mailbox has moved on.
    await expect(joinPairing(store(), link)).rejects.toMatchObject({ code: 'pairing-invalid' })
    await expect(met.confirm(seed)).rejects.toMatchObject({ code: 'pairing-invalid' })
  })

  test('shows other digits to whoever comes between, and to the device that is left over nothing', async () => {
    const offer = await offerPairing(store())
    // Somebody who saw the link is faster than the reader's other device.
    const [met, thief] = await Promise.all([offer.met(), joinPairing(store(), offer.text)])
    await expect(joinPairing(store(), offer.text)).rejects.toMatchObject({ code: 'pairing-invalid' })
    await met.refuse()
    await expect(thief.seed()).rejects.toMatchObject({ code: 'pairing-expired' })
  })

  test('refuses an old device that is not the one which showed the link', async () => {
    const [real, other] = [await offerPairing(store()), await offerPairing(store())]
    const forged = `${real.text.split('.')[0]}.${other.text.split('.')[1]}`
    const [joined] = await Promise.allSettled([joinPairing(store(), forged), real.met()])
    expect(joined).toMatchObject({ status: 'rejected', reason: { code: 'pairing-invalid' } })
  })

  test('ends after ten minutes, or when somebody has enough', async () => {
    let nowMs = Date.now()
    const offer = await offerPairing(store(() => nowMs))
    nowMs += pairingMs + 1
    await expect(offer.met()).rejects.toMatchObject({ code: 'pairing-expired' })
    const stopped = new AbortController()
    stopped.abort()
    const other = await offerPairing(store())
    await expect(other.met(stopped.signal)).rejects.toMatchObject({ code: 'cancelled' })
    for (const text of ['', 'x', `${other.text}x`, 'https://wallet.example/#a.b'])
      await expect(joinPairing(store(), text)).rejects.toMatchObject({ code: 'pairing-invalid' })
  })
})

describe('a passkey', () => {
  const prf = () => crypto.getRandomValues(new Uint8Array(32))

  test('finds the seed at the mint on a device that knows nothing, and the newest one', async () => {
    const [one, two] = [await newSeed(), await newSeed()]
    const key = prf()
    expect(await findByPasskey(store(), key)).toBeUndefined()
    await keepUnderPasskey(store(), key, one)
    await keepUnderPasskey(store(), key, two)
    expect(await findByPasskey(store(), key)).toEqual(two)
    expect(await findByPasskey(store(), prf())).toBeUndefined()
    expect(await prfInput()).toHaveLength(32)
    await expect(findByPasskey(store(), new Uint8Array(31))).rejects.toMatchObject({ code: 'bad-key' })
  })

  test('wraps the seed on a device, for itself alone', async () => {
    const seed = await newSeed()
    const key = prf()
    const wrapped = await wrapSeed(key, seed)
    expect(await unwrapSeed(key, wrapped)).toEqual(seed)
    for (const [by, text] of [
      [prf(), wrapped],
      [key, wrapped.slice(2)],
      [key, '!'],
    ] as const)
      await expect(unwrapSeed(by, text)).rejects.toMatchObject({ code: 'backup-invalid' })
  })
})
