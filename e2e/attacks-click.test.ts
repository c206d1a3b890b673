// Attacks on the click that pays: made by script, stolen, hurried, doubled; and on what is shown and what is delivered.
import { cents, delivered, frameIn, frameState, unlock, unlockButton } from './harness/reader.ts'
import { elementPage, expect, test } from './harness/fixtures.ts'
import { looksAgain, unharmed } from './harness/unharmed.ts'

// The victim has coins at this publisher: by storage access, or by the allowance that it was lent before.
const offer = '/offer/1'

test.describe('the click', () => {
  test('is made by a script in the page', async ({ town, victim }) => {
    const { evil, house } = town
    const page = await victim.open(evil.origin + evil.page(elementPage(house.urls.wallet, offer)))
    const frame = await frameIn(page, house.urls.wallet)
    await frameState(frame, 'priced')
    await page.waitForTimeout(700)
    await unharmed(town, victim, async () => {
      const seen = await page.evaluate(() => {
        // The element's shadow is closed, but a page can patch what made it and find the iframe.
        const element = document.querySelector('tuppence-unlock') as HTMLElement
        const { left, top, width, height } = element.getBoundingClientRect()
        const targets: EventTarget[] = [element, document, window]
        for (let x = left + 10; x < left + width; x += 40) {
          for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click', 'touchend']) {
            const event = new PointerEvent(type, {
              bubbles: true,
              composed: true,
              clientX: x,
              clientY: top + height - 30,
              isPrimary: true,
            })
            for (const target of targets) target.dispatchEvent(event)
          }
        }
        element.click()
        element.focus()
        for (const key of ['Enter', ' ']) {
          for (const type of ['keydown', 'keypress', 'keyup'])
            element.dispatchEvent(new KeyboardEvent(type, { key, bubbles: true, composed: true }))
        }
        const own = element as HTMLElement & Record<string, unknown>
        const methods = []
        for (
          let proto: object | null = own;
          proto !== null && proto !== HTMLElement.prototype;
          proto = Object.getPrototypeOf(proto) as object | null
        ) {
          methods.push(...Object.getOwnPropertyNames(proto))
        }
        for (const name of ['pay', 'unlock', 'open', 'confirm', 'submit'])
          if (typeof own[name] === 'function') (own[name] as () => void)()
        window[0]?.focus()
        return { html: document.documentElement.outerHTML, methods }
      })
      await page.waitForTimeout(1_000)
      expect(await frameState(frame, 'priced')).toBe('priced')
      await expect(delivered(page)).toHaveCount(0)
      return seen
    })
    await page.close()
  })

  test('is stolen by moving the frame under the pointer just before', async ({ town, victim }) => {
    const { evil, house } = town
    const page = await victim.open(
      evil.origin +
        evil.page(
          elementPage(
            house.urls.wallet,
            offer,
            `<style>tuppence-unlock { position: fixed; left: -2000px; top: 0; width: 400px }
.near tuppence-unlock { left: 100px; top: 100px }</style><button style="position:fixed;left:100px;top:100px;width:400px;height:200px">Claim your prize</button>`,
          ),
        ),
    )
    // Out of view it may not even have loaded; show it once, so that it is ready, and hide it again.
    await page.evaluate(() => document.body.classList.add('near'))
    const frame = await frameIn(page, house.urls.wallet)
    await frameState(frame, 'priced')
    const box = await unlockButton(frame).first().boundingBox()
    expect(box).not.toBeNull()
    await page.evaluate(() => document.body.classList.remove('near'))
    await page.waitForTimeout(300)
    await unharmed(town, victim, async () => {
      await page.mouse.move((box?.x ?? 0) + 20, (box?.y ?? 0) + 15)
      await page.evaluate(() => {
        document.querySelector('button')?.remove()
        document.body.classList.add('near')
      })
      await page.mouse.down()
      await page.mouse.up()
      await page.waitForTimeout(800)
      await expect(delivered(page)).toHaveCount(0)
    })
    await page.close()
  })

  for (const [how, style] of [
    ['made transparent', 'opacity: 0.01'],
    ['shrunk to nothing', 'transform: scale(0.05)'],
    ['clipped to a corner', 'clip-path: inset(0 90% 90% 0)'],
    ['covered by a picture that lets clicks through', ''],
  ] as const) {
    test(`is stolen from a frame ${how}`, async ({ town, victim }) => {
      const { evil, house } = town
      const cover =
        style === ''
          ? `<div style="position:fixed;inset:0;background:#fff;pointer-events:none;z-index:9">Click anywhere to go on</div>`
          : ''
      const page = await victim.open(
        evil.origin +
          evil.page(elementPage(house.urls.wallet, offer, `${cover}<style>.hide tuppence-unlock { ${style} }</style>`)),
      )
      const frame = await frameIn(page, house.urls.wallet)
      await frameState(frame, 'priced')
      await page.evaluate(() => document.body.classList.add('hide'))
      await page.waitForTimeout(900)
      await unharmed(town, victim, async () => {
        const box = await unlockButton(frame).first().boundingBox()
        if (box !== null) await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
        await page.waitForTimeout(800)
        await expect(delivered(page)).toHaveCount(0)
      })
      await page.close()
    })
  }

  test('is doubled: two fast clicks make one payment', async ({ town, victim }) => {
    const { evil, house } = town
    const page = await victim.open(evil.origin + evil.page(elementPage(house.urls.wallet, offer)))
    const frame = await frameIn(page, house.urls.wallet)
    if ((await frameState(frame, 'priced', 'delivered')) === 'delivered') test.skip(true, 'bought by an earlier run')
    looksAgain(victim)
    const before = await victim.balance()
    const events = evil.events.length
    await page.bringToFront()
    await page.waitForTimeout(900)
    await unlockButton(frame).first().click({ clickCount: 4, delay: 1 })
    await expect(delivered(page)).toBeVisible()
    const deposits = evil.events.slice(events).filter(({ event }) => event === 'deposit')
    expect(deposits).toHaveLength(1)
    expect(await victim.balance()).toBe(before - 1)
    await page.close()
  })
})

test.describe('what is shown', () => {
  test("is the till's price, whatever the page's attribute says", async ({ town, victim }) => {
    const { evil, house } = town
    const html = elementPage(house.urls.wallet, '/offer/250').replace('price="0.05"', 'price="0.00"')
    const page = await victim.open(evil.origin + evil.page(html))
    await unharmed(town, victim, async () => {
      const frame = await frameIn(page, house.urls.wallet)
      await frameState(frame, 'priced', 'insufficient')
      expect(cents(await unlockButton(frame).first().innerText())).toBe(250)
      await page.evaluate(() => {
        const element = document.querySelector('tuppence-unlock')
        element?.setAttribute('price', '0.01')
        element?.setAttribute('currency', 'jpy')
      })
      await page.waitForTimeout(300)
      const again = await frameIn(page, house.urls.wallet)
      await frameState(again, 'priced', 'insufficient')
      expect(cents(await unlockButton(again).first().innerText())).toBe(250)
    })
    await page.close()
  })

  test('is not paid when the page changes the address between look and click', async ({ town, victim }) => {
    const { evil, house } = town
    const page = await victim.open(evil.origin + evil.page(elementPage(house.urls.wallet, '/offer/250')))
    await unharmed(town, victim, async () => {
      const frame = await frameIn(page, house.urls.wallet)
      await frameState(frame, 'priced', 'insufficient')
      await page.evaluate(
        (href) => document.querySelector('tuppence-unlock')?.setAttribute('href', href),
        `${house.urls.mint}/v1/keys`,
      )
      await page.waitForTimeout(700)
      const now = await frameIn(page, house.urls.wallet)
      await unlockButton(now)
        .first()
        .click({ timeout: 1_500, force: true })
        .catch(() => undefined)
      await page.waitForTimeout(500)
      await expect(delivered(page)).toHaveCount(0)
    })
    await page.close()
  })
})

test.describe('what is delivered', () => {
  test('runs nothing in the page, loads nothing and goes nowhere', async ({ town, victim }) => {
    looksAgain(victim)
    const { evil, house } = town
    const page = await victim.open(evil.origin + evil.page(elementPage(house.urls.wallet, '/offer/5')))
    const address = page.url()
    const content = delivered(page)
    // Bought before, so it opens by itself; else it is bought now.
    if (
      (await content.count()) === 0 &&
      (await frameState(await frameIn(page, house.urls.wallet), 'priced', 'delivered')) === 'priced'
    ) {
      await unlock(victim, page, house.urls.wallet)
    }
    await expect(content.locator('#bought')).toHaveText('bought')
    await content
      .locator('#link')
      .click({ timeout: 2_000 })
      .catch(() => undefined)
    await page.waitForTimeout(500)
    expect(await page.evaluate('globalThis.ran')).toBeUndefined()
    for (const name of [
      'script',
      'iframe',
      'style',
      'base',
      'meta',
      'form',
      'template',
      'svg',
      'object',
      'embed',
      'link',
    ]) {
      await expect(content.locator(name), name).toHaveCount(0)
    }
    expect(await content.innerHTML()).not.toMatch(/\son\w+=|javascript:/i)
    expect(page.url()).toBe(address)
    await expect(page.locator('body')).toBeVisible()
    await page.close()
  })
})
