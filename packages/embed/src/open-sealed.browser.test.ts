import { formatSealedKeys, formatSealedLabel, hexToBytes, sealArticle } from '@tuppence/protocol'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openSealed } from './open-sealed.ts'
import './unseal.ts'

const offer = 'https://till.example/p/plot/mould'
const key = hexToBytes('01'.repeat(32))
const label = { version: 1, keyId: 'k1', nonce: hexToBytes('02'.repeat(12)) }
const article = '<h2>Leaves</h2><p>Left alone, they rot.</p><script>globalThis.ran = true</script>'

afterEach(() => document.body.replaceChildren())

async function place(): Promise<HTMLElement> {
  const text = await sealArticle(article, key, label, offer)
  document.body.innerHTML = `<div id="element"><p slot="teaser">Teaser</p><div slot="locked">fade</div>
    <template data-tuppence-sealed="${formatSealedLabel(label)}">${text}</template></div>`
  return document.getElementById('element') as HTMLElement
}

describe('a sealed article', () => {
  test('opens when its key is delivered, and nothing in it runs', async () => {
    const element = await place()
    expect(document.body.textContent).not.toContain('rot')
    const detail = {
      url: offer,
      contentType: 'application/tuppence-key+json',
      body: formatSealedKeys(offer, { k1: key }),
    }
    element.dispatchEvent(new CustomEvent('tuppence:success', { bubbles: true, composed: true, detail }))
    await vi.waitUntil(() => element.getAttribute('sealed') === 'open')
    expect(element.querySelector('[slot=content] p')?.textContent).toBe('Left alone, they rot.')
    expect(element.querySelector('script')).toBeNull()
    expect((globalThis as Record<string, unknown>)['ran']).toBeUndefined()
    expect(element.querySelector<HTMLElement>('[slot=locked]')?.hidden).toBe(true)
  })

  test('goes again when the money was given back', async () => {
    const element = await place()
    await openSealed(element, { url: offer, body: formatSealedKeys(offer, { k1: key }) })
    expect(element.textContent).toContain('rot')
    const said = { bubbles: true, composed: true, detail: { url: offer, state: 'ready' } }
    element.dispatchEvent(new CustomEvent('tuppence:statechange', said))
    await vi.waitUntil(() => !element.hasAttribute('sealed'))
    expect(element.textContent).not.toContain('rot')
    expect(element.querySelector<HTMLElement>('[slot=locked]')?.hidden).toBe(false)
  })

  test('an author’s mark for what is to be sealed is left alone', async () => {
    const element = await place()
    element.toggleAttribute('sealed')
    const said = { bubbles: true, composed: true, detail: { url: offer, state: 'ready' } }
    element.dispatchEvent(new CustomEvent('tuppence:statechange', said))
    await import('./open-sealed.ts')
    await Promise.resolve()
    expect(element.hasAttribute('sealed')).toBe(true)
  })

  test('is not put where another article is by now', async () => {
    const element = await place()
    const opening = openSealed(element, { url: offer, body: formatSealedKeys(offer, { k1: key }) })
    element.setAttribute('href', 'https://till.example/p/plot/compost')
    expect(await opening).toBe('gone')
    expect(element.textContent).not.toContain('rot')
  })

  test('is left alone by any other delivery', async () => {
    const element = await place()
    const detail = { url: offer, contentType: 'text/html', body: '<p>other</p>' }
    element.dispatchEvent(new CustomEvent('tuppence:success', { bubbles: true, composed: true, detail }))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(element.hasAttribute('sealed')).toBe(false)
  })

  test.each([
    ['a wrong key', offer, { k1: hexToBytes('03'.repeat(32)) }, 'refused'],
    ['another key', offer, { k2: key }, 'no-key'],
    ['the key of another offer', 'https://till.example/p/plot/compost', { k1: key }, 'refused'],
  ] as const)('stays shut for %s, and says so', async (_name, url, keys, status) => {
    const element = await place()
    expect(await openSealed(element, { url, body: formatSealedKeys(url, keys) })).toBe(status)
    expect(element.textContent).not.toContain('rot')
    expect(element.querySelector('[role=alert]')?.textContent).toContain('stays yours')
    // The right one still opens it, without a reload.
    expect(await openSealed(element, { url: offer, body: formatSealedKeys(offer, { k1: key }) })).toBe('open')
  })

  test.each([
    ['ko', '구매하신'],
    ['de-AT', 'Schlüssel'],
    ['es', 'clave'],
    ['ar', 'المفتاح'],
    ['fi', 'key'],
    ['__proto__', 'key'],
  ])('speaks the language of the page: %s', async (lang, word) => {
    const element = await place()
    element.lang = lang
    await openSealed(element, { url: offer, body: formatSealedKeys(offer, {}) })
    expect(element.querySelector('[role=alert]')?.textContent).toContain(word)
  })

  test('no key opens a page without ciphertext', async () => {
    document.body.innerHTML = '<div id="element"></div>'
    const element = document.getElementById('element') as HTMLElement
    expect(await openSealed(element, { url: offer, body: '{}' })).toBe('refused')
  })
})
