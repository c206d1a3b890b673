// Attacks on the frame and its messages, from the page that embeds it and from an advertisement's iframe in that page.
import { blankPage } from './harness/attacker.ts'
import { elementPage, expect, lockedArticle, test } from './harness/fixtures.ts'
import { unharmed } from './harness/unharmed.ts'

test.describe('from the page', () => {
  test("reads the wallet's storage through the frame, and finds none of it in its own", async ({ town, victim }) => {
    const { evil, house } = town
    const page = await victim.open(evil.origin + evil.page(blankPage))
    await unharmed(town, victim, async () => {
      const loot = await page.evaluate(async (wallet) => {
        const { iframe } = await attacker.openFrame(wallet)
        const inside = iframe.contentWindow
        const tries: Record<string, () => unknown> = {
          document: () => inside.document.body.innerHTML,
          localStorage: () => inside.localStorage.length,
          indexedDB: () => inside.indexedDB,
          cookie: () => inside.document.cookie,
          location: () => inside.location.href,
          name: () => inside.name,
          crypto: () => inside.crypto,
          eval: () => inside.eval('1'),
          contentDocument: () => iframe.contentDocument?.body.innerHTML ?? 'TypeError',
        }
        const found: Record<string, unknown> = {}
        for (const [name, look] of Object.entries(tries)) {
          try {
            found[name] = String(look())
          } catch (error) {
            found[name] = (error as Error).name
          }
        }
        const own = await indexedDB.databases()
        return {
          found,
          own,
          local: JSON.stringify(localStorage),
          session: JSON.stringify(sessionStorage),
          cookie: document.cookie,
        }
      }, house.urls.wallet)
      for (const [name, value] of Object.entries(loot.found)) expect(value, name).toMatch(/SecurityError|TypeError/)
      expect(loot.own).toEqual([])
      expect(loot.local + loot.session).toBe('{}{}')
      return loot
    })
    await page.close()
  })

  test('forges messages that a better-natured protocol might have', async ({ town, victim }) => {
    const { evil, house } = town
    const page = await victim.open(evil.origin + evil.page(blankPage))
    await unharmed(town, victim, async () => {
      const loot = await page.evaluate(
        async ({ wallet, url }) => {
          const opened = await attacker.openFrame(wallet)
          const port = attacker.shake(opened, wallet)
          const types = [
            'pay',
            'confirm',
            'click',
            'balance?',
            'history',
            'send',
            'export',
            'seed',
            'topup',
            'lend',
            'eval',
            'delivered',
            'init',
            'constructor',
            '__proto__',
          ]
          for (const t of types) {
            port.postMessage({ t, id: `f-${t}`.replace(/\W/g, ''), url, amount: 5, yes: true })
            opened.iframe.contentWindow.postMessage({ tuppence: t, t, id: 'w', url }, wallet)
          }
          port.postMessage({ t: 'unlock', id: 'x1', url, pay: true })
          port.postMessage({ t: 'unlock', id: 'x2', url, method: 'POST', headers: { authorization: 'x' } })
          port.postMessage({ t: 'unlock', id: ['x3'], url })
          port.postMessage({ t: 'balance', id: 'b1' })
          port.postMessage(null)
          port.postMessage([{ t: 'unlock', id: 'x4', url }])
          await new Promise((resolve) => setTimeout(resolve, 1_500))
          return { said: opened.said, heard: attacker.heard.map(({ data }: { data: unknown }) => data) }
        },
        { wallet: house.urls.wallet, url: `${evil.origin}/offer/5` },
      )
      expect(loot.said.filter(({ t }: { t: string }) => t !== 'resize')).toEqual([])
      expect(loot.heard.filter((data: unknown) => (data as { tuppence?: string }).tuppence !== 'ready')).toEqual([])
      return loot
    })
    await page.close()
  })

  test('shakes hands twice, and takes over a port that it has seen before', async ({ town, victim }) => {
    const { evil, house } = town
    const page = await victim.open(evil.origin + evil.page(blankPage))
    await unharmed(town, victim, async () => {
      const loot = await page.evaluate(
        async ({ wallet, url }) => {
          const first = await attacker.openFrame(wallet)
          attacker.shake(first, wallet)
          const taken = first.port
          attacker.shake(first, wallet)
          const second = await attacker.ask(first, { t: 'unlock', id: 'second', url })
          first.port = taken
          const again = await attacker.ask(first, { t: 'unlock', id: 'first', url }, 200)
          // Replay: the first port's message once more, and the first handshake at another frame.
          taken.postMessage({ t: 'unlock', id: 'first', url })
          const other = await attacker.openFrame(wallet)
          attacker.shake(other, wallet, { nonce: first.ready?.nonce ?? '' })
          const replayed = await attacker.ask(other, { t: 'unlock', id: 'replay', url })
          return {
            second,
            again,
            replayed,
            saidByOther: other.said,
            nonces: [first.ready?.nonce ?? '', other.ready?.nonce ?? ''],
          }
        },
        { wallet: house.urls.wallet, url: `${house.urls.news}/read/${lockedArticle}` },
      )
      expect(loot.second, 'a second init has no effect').toEqual([])
      expect(loot.again, 'the first port still works').toEqual([{ t: 'failed', id: 'first', reason: 'bad-offer' }])
      expect(loot.saidByOther, 'an old nonce opens nothing').toEqual([])
      expect(loot.nonces[0]).not.toBe(loot.nonces[1])
      return loot
    })
    await page.close()
  })

  test('sends too much: large messages, many at once, deep objects', async ({ town, victim }) => {
    const { evil, house } = town
    const page = await victim.open(evil.origin + evil.page(blankPage))
    await unharmed(town, victim, async () => {
      const loot = await page.evaluate(
        async ({ wallet, url, own }) => {
          const opened = await attacker.openFrame(wallet)
          const port = attacker.shake(opened, wallet)
          port.postMessage({ t: 'unlock', id: 'long', url: `${own}?${'x'.repeat(9_000)}` })
          port.postMessage({
            t: 'theme',
            id: 'theme',
            theme: { tokens: { accent: 'x'.repeat(100_000) }, scheme: 'light', lang: 'en' },
          })
          port.postMessage({ t: 'unlock', id: 'huge', url: 'x'.repeat(20_000_000) })
          let deep: object = {}
          for (let level = 0; level < 400; level += 1) deep = { deep }
          port.postMessage({ t: 'unlock', id: 'deep', url: deep })
          for (let n = 0; n < 500; n += 1) port.postMessage({ t: 'unlock', id: `n${n}`, url: `${own}?${n}` })
          await new Promise((resolve) => setTimeout(resolve, 2_000))
          const alive = await attacker.ask(opened, { t: 'cancel', id: 'n0' }, 300)
          return { said: opened.said, alive, url }
        },
        { wallet: house.urls.wallet, url: house.urls.news, own: `${evil.origin}/offer/5` },
      )
      const named = new Set(loot.said.map(({ id }: { id?: string }) => id))
      for (const id of ['long', 'huge', 'deep']) expect(named.has(id), id).toBe(false)
      expect(named.size, 'at most eight in flight').toBeLessThanOrEqual(10)
      return loot
    })
    await page.close()
  })

  test('injects into the theme', async ({ town, victim }) => {
    const { evil, house } = town
    const page = await victim.open(evil.origin + evil.page(blankPage))
    const asked = evil.requests.length
    await unharmed(town, victim, async () => {
      const loot = await page.evaluate(
        async ({ wallet, own }) => {
          const opened = await attacker.openFrame(wallet)
          const port = attacker.shake(opened, wallet)
          const values = [
            `url(${own}/leak)`,
            `red;background:url(${own}/leak)`,
            `</style><img src=${own}/leak>`,
            `expression(fetch('${own}/leak'))`,
            `image-set("${own}/leak" 1x)`,
            `var(--x, url(${own}/leak))`,
            `transparent`,
            `rgba(0,0,0,0)`,
          ]
          for (const value of values) {
            for (const name of [
              'accent',
              'background',
              'text',
              'radius',
              'font',
              'cursor',
              'background-image',
              '__proto__',
            ]) {
              port.postMessage({
                t: 'theme',
                id: 'theme',
                theme: { tokens: { [name]: value }, scheme: 'dark', lang: '"><script>' },
              })
            }
          }
          port.postMessage({ t: 'unlock', id: 'u', url: `${own}/offer/250` })
          await new Promise((resolve) => setTimeout(resolve, 1_500))
          return { said: opened.said }
        },
        { wallet: house.urls.wallet, own: evil.origin },
      )
      expect(evil.requests.slice(asked).filter((line) => line.includes('leak'))).toEqual([])
      return loot
    })
    // The price must stay readable whatever the page asks for.
    const frame = page.frames().find((one) => one.url().startsWith(house.urls.wallet))
    const button = frame?.getByRole('button').first()
    await expect(button ?? page.locator('missing')).toBeVisible()
    const style = await button?.evaluate((element) => {
      const { color, backgroundColor, opacity } = getComputedStyle(element)
      return { color, backgroundColor, opacity }
    })
    expect(style?.color).not.toBe(style?.backgroundColor)
    expect(style?.opacity).toBe('1')
    await page.close()
  })
})

// Here the "evil" server plays an honest publisher at one name, where the reader has coins and owns an article, and the
// advertisement comes from another.
test.describe("from an advertisement's iframe", () => {
  test('embeds the wallet for itself: one ancestor too many', async ({ town, victim }) => {
    const { evil, house } = town
    const ad = evil.page(`${blankPage}<script type="module">
      import { openFrame, shake, ask, heard } from '/attacker.js'
      const opened = await openFrame('${house.urls.wallet}')
      shake(opened, '${house.urls.wallet}', { nonce: opened.ready?.nonce ?? 'guess' })
      await ask(opened, { t: 'unlock', id: 'ad', url: '${evil.origin}/offer/5' })
      parent.postMessage({ loot: { ready: opened.ready, said: opened.said } }, '*')
    </script>`)
    const page = await victim.open(evil.origin + evil.page(elementPage(house.urls.wallet, '/offer/250')))
    await unharmed(town, victim, async () => {
      const loot = await page.evaluate(
        (src) =>
          new Promise<{ ready?: unknown; said: unknown[] }>((resolve) => {
            addEventListener('message', ({ data }) => data.loot && resolve(data.loot))
            const iframe = document.createElement('iframe')
            iframe.src = src
            document.body.append(iframe)
          }),
        evil.adOrigin + ad,
      )
      expect(loot.ready, 'the nested frame says nothing').toBeUndefined()
      expect(loot.said).toEqual([])
      return loot
    })
    await page.close()
  })

  test("reaches for the publisher's frame from beside it", async ({ town, victim }) => {
    const { evil, house } = town
    const ad = evil.page(`${blankPage}<script type="module">
      const { wallet, own } = ${JSON.stringify({ wallet: house.urls.wallet, own: evil.origin })}
      const said = []
      addEventListener('message', ({ data, origin }) => origin === wallet && said.push(data))
      for (let n = 0; n < parent.frames.length; n += 1) {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = ({ data }) => said.push(data)
        const other = parent.frames[n]
        if (other === window) continue
        for (const target of [wallet, '*']) {
          try { other.postMessage({ tuppence: 'init', version: 1, nonce: '' }, target, [port2]) } catch {}
          other.postMessage({ t: 'unlock', id: 'ad', url: own + '/offer/5' }, target)
        }
        port1.postMessage({ t: 'unlock', id: 'ad', url: own + '/offer/5' })
      }
      const errors = []
      try { errors.push(parent.document.body.innerHTML) } catch (error) { errors.push(error.name) }
      for (let n = 0; n < parent.frames.length; n += 1) {
        if (parent.frames[n] === window) continue
        for (const look of [(other) => other.document.body.innerHTML, (other) => other.localStorage.length, (other) => other.location.href])
          try { errors.push(String(look(parent.frames[n]))) } catch (error) { errors.push(error.name) }
      }
      setTimeout(() => parent.postMessage({ loot: { said, errors } }, '*'), 1500)
    </script>`)
    const page = await victim.open(evil.origin + evil.page(elementPage(house.urls.wallet, '/offer/250')))
    await expect.poll(() => page.frames().some((frame) => frame.url().startsWith(house.urls.wallet))).toBe(true)
    await unharmed(town, victim, async () => {
      const loot = await page.evaluate(
        (src) =>
          new Promise<{ said: unknown[]; errors: string[] }>((resolve) => {
            addEventListener('message', ({ data }) => data.loot && resolve(data.loot))
            const iframe = document.createElement('iframe')
            iframe.src = src
            document.body.append(iframe)
          }),
        evil.adOrigin + ad,
      )
      expect(loot.said).toEqual([])
      for (const error of loot.errors) expect(error).toMatch(/SecurityError|TypeError/)
      return loot
    })
    await page.close()
  })

  test('is sandboxed, without an origin of its own, and embeds the wallet', async ({ town, victim }) => {
    const { evil, house } = town
    const inner = `<body><script>
      const iframe = document.createElement('iframe'); iframe.src = '${house.urls.wallet}/frame.html'; document.body.append(iframe)
      const said = []; addEventListener('message', ({ data }) => said.push(data))
      setTimeout(() => parent.postMessage({ loot: said }, '*'), 1500)
    </script>`
    const outer = `${blankPage}<script>addEventListener('message', ({ data }) => (globalThis.loot ??= data.loot))</script>
<iframe sandbox="allow-scripts" srcdoc="${inner.replaceAll('"', '&quot;')}"></iframe>`
    const page = await victim.open('about:blankPage')
    await unharmed(town, victim, async () => {
      await page.goto(evil.origin + evil.page(outer))
      const loot = await (await page.waitForFunction('globalThis.loot')).jsonValue()
      expect(loot).toEqual([])
      return loot
    })
    await page.close()
  })
})
