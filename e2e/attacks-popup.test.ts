// Attacks by way of windows: the wallet's popup and page called, named, opened, framed and spoken to by a hostile page.
import { expect, lockedArticle, ownedArticle, test } from './harness/fixtures.ts'
import { unharmed } from './harness/unharmed.ts'

const blank = (
  script: string,
) => `<!doctype html><html lang="en"><title>page</title><body><button id="go" style="width:300px;height:200px">Go</button>
<script type="module">${script}</script>`

test.describe('a hostile page', () => {
  test("opens the wallet's popup itself and talks to it as its opener", async ({ town, victim }) => {
    const { evil, house } = town
    const { wallet, news } = house.urls
    const page = await victim.open(
      evil.origin +
        evil.page(
          blank(`
      const heard = (globalThis.heard = [])
      addEventListener('message', ({ data, origin }) => origin === '${wallet}' && heard.push(data))
      document.querySelector('#go').onclick = () => {
        const popup = (globalThis.popup = open('${wallet}/popup.html#site=${news}&url=${news}/read/${lockedArticle}&amount=500', 'tuppence', 'width=400,height=600'))
        setInterval(() => {
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = ({ data }) => heard.push(data)
          for (const t of ['lend', 'init', 'ready', 'hello', 'allowance', 'topup', 'pay', 'unlock', 'request'])
            popup.postMessage({ t, tuppence: t, id: 'a', version: 1, site: '${news}', url: '${news}/read/${lockedArticle}', amount: 500, tillOrigin: '${news}', realm: 'news' }, '${wallet}')
          popup.postMessage({ tuppence: 'init', version: 1, nonce: '' }, '${wallet}', [port2])
          // Until the wallet's page has come, the window shows the empty document of the page that opened it: its own.
          try { if (popup.location.href === 'about:blank') return } catch {}
          for (const name of ['document', 'localStorage', 'indexedDB']) try { heard.push(String(popup[name])) } catch {}
        }, 100)
      }`),
        ),
    )
    await unharmed(town, victim, async () => {
      const opened = victim.context.waitForEvent('page')
      await page.locator('#go').click()
      const popup = await opened
      await popup.waitForLoadState()
      await page.waitForTimeout(1_500)
      const offersMoney = popup.getByRole('button', { name: /unlock|tip|set aside/i })
      await expect(offersMoney, 'a popup that no frame of ours opened lends nothing').toHaveCount(0)
      const heard = await page.evaluate('globalThis.heard')
      expect(heard).toEqual([])
      await popup.close()
      return heard
    })
    await page.close()
  })

  test('opens the wallet page and reads it, or finds it by its name', async ({ town, victim }) => {
    const { evil, house } = town
    const page = await victim.open(
      evil.origin +
        evil.page(
          blank(`document.querySelector('#go').onclick = () => {
        globalThis.windows = [open('${house.urls.wallet}/', 'w1'), open('', 'tuppence'), open('', 'tuppence-popup'), open('', 'popup')]
      }`),
        ),
    )
    await unharmed(town, victim, async () => {
      await page.locator('#go').click()
      await page.waitForTimeout(1_500)
      const loot = await page.evaluate(() => {
        const found: string[] = []
        for (const one of (globalThis as unknown as { windows: (Window & typeof globalThis)[] }).windows) {
          if (one === null) continue
          for (const look of [
            () => one.document.body.innerText,
            () => one.localStorage.length,
            () => one.name,
            () => one.indexedDB,
          ]) {
            try {
              found.push(String(look()))
            } catch (error) {
              found.push((error as Error).name)
            }
          }
        }
        return found
      })
      for (const one of loot)
        expect(one).toMatch(/^$|SecurityError|TypeError|\[object IDBFactory\]|^0$|^tuppence|^popup$/)
      return loot
    })
    for (const other of victim.context.pages()) if (other !== page) await other.close()
    await page.close()
  })

  test('opens windows and asks for storage without a click, from within the page', async ({ town, victim }) => {
    const { evil, house } = town
    const page = await victim.open('about:blank')
    await unharmed(town, victim, async () => {
      const pages = victim.context.pages().length
      await page.goto(
        evil.origin + evil.page(blank(`globalThis.got = String(open('${house.urls.wallet}/popup.html'))`)),
      )
      await page.waitForTimeout(500)
      expect(victim.context.pages().length).toBe(pages)
      return page.evaluate('globalThis.got')
    })
    await page.close()
  })

  test('puts the wallet page and the popup into an iframe', async ({ town, victim }) => {
    const { evil, house } = town
    const page = await victim.open('about:blank')
    await unharmed(town, victim, async () => {
      await page.goto(
        evil.origin +
          evil.page(
            `${blank('')}<iframe src="${house.urls.wallet}/" width="600" height="400"></iframe><iframe src="${house.urls.wallet}/popup.html" width="600" height="400"></iframe>`,
          ),
      )
      await page.waitForTimeout(1_000)
      const shown = []
      for (const frame of page.frames().slice(1))
        shown.push(
          await frame
            .locator('body')
            .innerText()
            .catch(() => ''),
        )
      expect(shown.join(' ')).not.toMatch(/[$¢]\s?\d|\d\s?¢/)
      for (const frame of page.frames().slice(1)) await expect(frame.getByRole('button')).toHaveCount(0)
      return shown
    })
    await page.close()
  })

  test("is the opener of a publisher's page, and gets nothing out of its element", async ({ town, victim }) => {
    const { evil, house } = town
    const { news, wallet } = house.urls
    const page = await victim.open(
      evil.origin +
        evil.page(
          blank(
            `document.querySelector('#go').onclick = () => { globalThis.other = open('${news}/articles/${ownedArticle}') }`,
          ),
        ),
    )
    const opened = victim.context.waitForEvent('page')
    await page.locator('#go').click()
    const other = await opened
    await expect(other.locator('tuppence-unlock > [slot="content"]')).toBeVisible()
    await unharmed(town, victim, async () => {
      const loot = await page.evaluate(async (wallet) => {
        const { other } = globalThis as unknown as { other: Window & typeof globalThis }
        const found: string[] = []
        for (let n = 0; n < other.length; n += 1) {
          other[n]?.postMessage({ tuppence: 'init', version: 1, nonce: '' }, '*')
          other[n]?.postMessage({ t: 'unlock', id: 'o', url: location.href }, wallet)
        }
        for (const look of [
          () => other.document.body.innerText,
          () => other.frames[0]?.document.body.innerText,
          () => other.localStorage.length,
        ]) {
          try {
            found.push(String(look()))
          } catch (error) {
            found.push((error as Error).name)
          }
        }
        await new Promise((resolve) => setTimeout(resolve, 500))
        return found
      }, wallet)
      for (const one of loot) expect(one).toMatch(/SecurityError|TypeError/)
      return loot
    })
    await other.close()
    await page.close()
  })
})

test('a forged credential, signature or cookie at the till opens nothing', async ({ town, victim }) => {
  const { house } = town
  await unharmed(town, victim, async () => {
    const url = `${house.urls.news.replace('news.localhost', '127.0.0.1')}/read/${ownedArticle}`
    const tries: Record<string, string>[] = [
      { authorization: 'Payment eyJ9' },
      {
        authorization: `Payment ${Buffer.from('{"challenge":{},"payload":{"cashu_token":"cashuBo2F0"}}').toString('base64url')}`,
      },
      { 'signature-input': 'sig=("@method");created=1;keyid="x";alg="ed25519"', signature: 'sig=:AAAA:' },
      { 'x-cashu': 'cashuBo2F0gaJhaUg' },
      { cookie: 'paid=1' },
      { 'accept-payment': 'cashu', 'x-forwarded-for': '127.0.0.1' },
    ]
    const answers = []
    for (const headers of tries) {
      const response = await fetch(url, { headers })
      expect([400, 401, 402]).toContain(response.status)
      answers.push(await response.text())
    }
    return answers
  })
})
