// Clicks stolen for more than the small amount: overlays, masks, moved frames, double clicks, drags. Each is listed with what stopped it.
import type { Frame, Page } from '@playwright/test'
import { elementPage, expect, test, type Town } from './harness/fixtures.ts'
import { delivered, frameIn, frameState, unlockButton, type Reader } from './harness/reader.ts'
import { unharmed } from './harness/unharmed.ts'

/** Above the small amount, and within what the reader has. */
const offer = '/offer/250'

type Scene = { page: Page; frame: Frame; at: { x: number; y: number } }
type Attack = {
  /** More of the page: styles under `.on`, covers, decoys. */
  rest: string
  /** What the reader is made to do; without it, to click where the button is, once it is armed and `.on` is set. */
  act?: (scene: Scene) => Promise<void>
}

const turnOn = (page: Page) => page.evaluate(() => document.documentElement.classList.add('on'))
const style = (css: string) =>
  `<style>tuppence-unlock { display: block; width: 500px; margin: 120px 0 0 100px } ${css}</style>`
const cover = (css: string) =>
  style(
    `.cover { display: none; position: fixed; inset: 0; pointer-events: none; z-index: 9; ${css} } .on .cover { display: block }`,
  ) + '<div class="cover">Click anywhere to go on</div>'

const attacks: Record<string, Attack> = {
  'an overlay that lets clicks through': { rest: cover('background: #fff') },
  'an overlay of a tenth of its opacity left out': { rest: cover('background: #fff; opacity: .9') },
  'a popover over it, in the top layer': {
    rest: `${style('')}<div id="top" popover="manual" style="width:100vw;height:100vh;pointer-events:none">Win</div>`,
    act: async ({ page, at }) => {
      await page.evaluate(() => document.querySelector<HTMLElement>('#top')!.showPopover())
      await page.waitForTimeout(400)
      await page.mouse.click(at.x, at.y)
    },
  },
  'a transparent mask': { rest: style('.on tuppence-unlock { mask: linear-gradient(#0000, #0000) }') },
  'an outline that covers it': {
    rest:
      style(
        '.ring { position: fixed; left: 90px; top: 110px; width: 1px; height: 1px; pointer-events: none } .on .ring { outline: 700px solid #fff }',
      ) + '<div class="ring"></div>',
  },
  'a box shadow that covers it': {
    rest:
      style(
        '.ring { position: fixed; left: 90px; top: 110px; width: 1px; height: 1px; pointer-events: none } .on .ring { box-shadow: 0 0 0 700px #fff }',
      ) + '<div class="ring"></div>',
  },
  'a filter that makes it white': { rest: style('.on tuppence-unlock { filter: brightness(100) }') },
  'blending with what is behind it': {
    rest: style('.on { background: #fff } .on tuppence-unlock { mix-blend-mode: lighten }'),
  },
  'made transparent': { rest: style('.on tuppence-unlock { opacity: .01 }') },
  'clipped to its button': { rest: style('.on tuppence-unlock { clip-path: inset(45% 5% 45% 80%) }') },
  'cut off by a small window': {
    rest: style(
      '.on body { overflow: hidden; width: 580px; height: 170px } .on tuppence-unlock { margin-left: 300px }',
    ),
  },
  'shrunk to nothing': { rest: style('.on tuppence-unlock { scale: .05 }') },
  'turned upside down': { rest: style('.on tuppence-unlock { rotate: x 180deg }') },
  'moved under the pointer just before the click': {
    rest: `${style('.on tuppence-unlock { translate: 0 -2000px }')}<button style="position:fixed;inset:100px">Claim your prize</button>`,
    act: async ({ page, at }) => {
      await turnOn(page)
      await page.waitForTimeout(300)
      await page.mouse.move(at.x, at.y)
      await page.evaluate(() => {
        document.querySelector('button')!.remove()
        document.documentElement.classList.remove('on')
      })
      await page.mouse.down()
      await page.mouse.up()
    },
  },
  'scrolled under the pointer just before the click': {
    rest: `${style('')}<div style="height: 4000px"></div>`,
    act: async ({ page, at }) => {
      await page.evaluate(() => scrollTo(0, 3_000))
      await page.waitForTimeout(300)
      await page.mouse.move(at.x, at.y)
      await page.evaluate(() => scrollTo(0, 0))
      await page.mouse.down()
      await page.mouse.up()
    },
  },
  'a double click whose first half takes the cover away': {
    rest: `${style('')}<button style="position:fixed;inset:0" onclick="this.remove()">Double-click to play</button>`,
    act: ({ page, at }) => page.mouse.dblclick(at.x, at.y, { delay: 20 }),
  },
  'a drag that ends on the button': {
    rest: `${style('')}<div draggable="true" style="position:fixed;left:100px;top:20px;width:200px;height:60px;background:#ddd">Drag me to the basket</div>`,
    act: async ({ page, at }) => {
      await page.mouse.move(150, 50)
      await page.mouse.down()
      await page.mouse.move(at.x, at.y, { steps: 8 })
      await page.mouse.up()
    },
  },
  'a press that begins in the page and ends on the button': {
    rest: `${style('')}<div id="knob" style="position:fixed;left:100px;top:20px;width:200px;height:60px;background:#ddd">Hold and slide</div>`,
    act: async ({ page, at }) => {
      await page.mouse.move(150, 50)
      await page.mouse.down()
      await page.evaluate(() =>
        document.querySelector<HTMLElement>('tuppence-unlock')!.style.setProperty('margin-top', '0'),
      )
      await page.mouse.move(at.x, at.y - 120, { steps: 4 })
      await page.mouse.up()
    },
  },
  'a game of keys: focus, Tab and Enter': {
    rest: cover('background: #fff'),
    act: async ({ page }) => {
      await turnOn(page)
      await page.waitForTimeout(400)
      for (const key of ['Tab', 'Tab', 'Tab', 'Enter', 'Tab', 'Enter', 'Space'])
        await page.keyboard.press(key, { delay: 30 })
    },
  },
  'fast clicks that go on into the window that opens': {
    rest: style(''),
    act: async ({ page, at }) => {
      const opens = page
        .context()
        .waitForEvent('page', { timeout: 5_000 })
        .catch(() => undefined)
      await page.mouse.click(at.x, at.y, { clickCount: 3, delay: 10 })
      const popup = await opens
      const button = await popup?.waitForSelector('button.main', { timeout: 5_000 }).catch(() => undefined)
      const box = await button?.boundingBox()
      if (box) for (let n = 0; n < 4; n++) await popup!.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
    },
  },
}

/** What stood between the click and the money. */
type Row = { attack: string; stopped: string }

const rows: Row[] = []
test.afterAll(({}, { project }) => {
  if (rows.length === 0) return
  const width = Math.max(...rows.map(({ attack }) => attack.length))
  const lines = rows.map(({ attack, stopped }) => `  ${attack.padEnd(width)}  ${stopped}`)
  console.log(`\nStolen clicks on $2.50, ${project.name}: none was paid\n${lines.join('\n')}\n`)
})

// Six at a time: to see that nobody was robbed takes longer than an attack.
const names = Object.keys(attacks)
for (let from = 0; from < names.length; from += 6) {
  const some = names.slice(from, from + 6)
  test(`is not paid: ${some.join('; ')}`, async ({ town, victim }) => {
    test.slow()
    await unharmed(town, victim, async () => {
      for (const name of some) await test.step(name, () => steal(town, victim, name))
    })
  })
}

async function steal({ evil, house }: Town, victim: Reader, name: string): Promise<void> {
  const { rest, act } = attacks[name]!
  const page = await victim.open(evil.origin + evil.page(elementPage(house.urls.wallet, offer, rest)))
  const frame = await frameIn(page, house.urls.wallet)
  await frameState(frame, 'priced', 'insufficient')
  const button = unlockButton(frame).first()
  await expect(button).toBeEnabled()
  const box = (await button.boundingBox())!
  await frame.evaluate(() => {
    document.body.dataset['pressed'] = 'no click reached it'
    const note = ({ target, isTrusted }: Event) => {
      const armed = (target as Element).closest('button')?.ariaDisabled === 'false'
      document.body.dataset['pressed'] = !isTrusted ? 'not a click' : armed ? 'armed' : 'not half a second in view'
    }
    addEventListener('click', note, { capture: true })
  })
  const scene = { page, frame, at: { x: box.x + box.width / 2, y: box.y + box.height / 2 } }
  if (act) await act(scene)
  else {
    await turnOn(page)
    await page.waitForTimeout(500)
    await page.mouse.click(scene.at.x, scene.at.y)
  }
  await page.waitForTimeout(400)
  rows.push({ attack: name, stopped: await whatStopped(page, frame) })
  await expect(delivered(page)).toHaveCount(0)
  for (const other of page.context().pages()) if (other.url().startsWith(house.urls.wallet)) await other.close()
  await page.close()
}

async function whatStopped(page: Page, frame: Frame): Promise<string> {
  const popup = page
    .context()
    .pages()
    .find((one) => one.url().includes('/popup.html'))
  if (popup) return "the wallet's own window, which asks again"
  const pressed = await frame.locator('body').getAttribute('data-pressed')
  if (pressed !== 'armed') return pressed ?? ''
  return `the guard (the frame is ${await frame.locator('body').getAttribute('data-state')})`
}
