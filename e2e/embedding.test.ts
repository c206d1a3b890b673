// The element in pages of every kind: strict policies, isolation, many elements, single-page apps, the back button.
import type { Frame, Request } from '@playwright/test'
import {
  confirmPopup,
  delivered,
  frameIn,
  frameOf,
  frameState,
  press,
  unlockButton,
  waitForPopup,
  type Reader,
} from './harness/reader.ts'
import { expect, test, type Town } from './harness/fixtures.ts'
import { looksAgain } from './harness/unharmed.ts'

// Each test buys items of its own: what was bought once opens by itself.
const html = (body: string) => `<!doctype html><html lang="en"><title>page</title>${body}`
const script = (wallet: string, attributes = '') =>
  `<script type="module" src="${wallet}/tuppence.js" ${attributes}></script>`
const element = (n: number, attributes = '') =>
  `<tuppence-unlock href="/item/${n}" ${attributes}><p slot="teaser">teaser ${n}</p><a href="/item/${n}">plain link</a></tuppence-unlock>`

/** Opens a page of the publisher's in which the reader has coins already, and notes what its policies refused. */
async function openPage({ evil }: Town, reader: Reader, body: string, headers: Record<string, string> = {}) {
  looksAgain(reader)
  const page = await reader.open('about:blank')
  const said: string[] = []
  page.on('console', (message) => {
    // A price is an answer 402, which Chromium calls an error.
    if (['error', 'warning'].includes(message.type()) && !/\b402\b/.test(message.text())) said.push(message.text())
  })
  await page.goto(evil.origin + evil.page(html(body), headers))
  return { page, said }
}

/** Presses, and says yes in the wallet's window where sites are kept apart and what was set aside is used up. */
async function buy(reader: Reader, frame: Frame): Promise<void> {
  await frameState(frame, 'priced')
  const asked = waitForPopup(reader)
  await press(unlockButton(frame).first())
  const done = frame.waitForSelector('[data-state=delivered]').catch(() => undefined)
  const popup = await Promise.race([asked, done.then(() => undefined)])
  if (popup) await confirmPopup(popup)
}

const paidFor = ({ evil }: Town, n: number) =>
  evil.events.filter((event) => event.event === 'deposit' && JSON.stringify(event).includes(`"item-${n}"`)).length

/** Policies of a page, and what of them has to be there for the element: all else is refused to everybody. */
const policies: [
  name: string,
  item: number,
  attributes: string,
  headers: (wallet: string) => Record<string, string>,
][] = [
  [
    "that allows nothing but the wallet's script and frame",
    1,
    '',
    (wallet) => ({ 'content-security-policy': `default-src 'none'; script-src ${wallet}; frame-src ${wallet}` }),
  ],
  [
    'that allows scripts by nonce',
    2,
    'nonce="abc"',
    (wallet) => ({ 'content-security-policy': `default-src 'none'; script-src 'nonce-abc'; frame-src ${wallet}` }),
  ],
  [
    'that requires Trusted Types, with the policy named',
    3,
    '',
    () => ({ 'content-security-policy': "require-trusted-types-for 'script'; trusted-types tuppence" }),
  ],
  [
    'that requires Trusted Types and allows no policy (the browser has setHTML)',
    4,
    '',
    () => ({ 'content-security-policy': "require-trusted-types-for 'script'; trusted-types 'none'" }),
  ],
  ['that is isolated by COEP require-corp', 5, '', () => ({ 'cross-origin-embedder-policy': 'require-corp' })],
  ['that is isolated by COEP credentialless', 6, '', () => ({ 'cross-origin-embedder-policy': 'credentialless' })],
  [
    'that sends no referrer and lets its windows talk (COOP same-origin-allow-popups)',
    7,
    '',
    () => ({ 'referrer-policy': 'no-referrer', 'cross-origin-opener-policy': 'same-origin-allow-popups' }),
  ],
]

for (const [name, item, attributes, headers] of policies) {
  test(`a page ${name}: one click, and nothing in the console`, async ({ town, victim }) => {
    const { wallet } = town.house.urls
    const { page, said } = await openPage(town, victim, script(wallet, attributes) + element(item), headers(wallet))
    const frame = await frameIn(page, wallet)
    await buy(victim, frame)
    await expect(delivered(page)).toHaveText(`item ${item}`)
    expect(said).toEqual([])
    await page.close()
  })
}

test('fifty elements load as the reader comes to them, and the last one works', async ({ town, victim }) => {
  const { wallet } = town.house.urls
  const many = Array.from({ length: 50 }, (_, n) => `<section style="height:300px">${element(n + 11)}</section>`)
  const { page } = await openPage(town, victim, script(wallet) + many.join(''))
  const states = () => page.locator('tuppence-unlock').evaluateAll((all) => all.map((one) => one.getAttribute('state')))
  await expect.poll(async () => (await states())[0]).toBe('ready')
  const atFirst = await states()
  // 900 pixels of window and 400 below it, in sections of 300.
  expect(atFirst.filter((state) => state !== 'idle').length).toBeLessThanOrEqual(5)
  expect(atFirst.at(-1)).toBe('idle')
  const last = page.locator('tuppence-unlock').last()
  await last.scrollIntoViewIfNeeded()
  const frame = await frameOf(last, wallet)
  expect((await states())[24], 'those in between were passed by').toBe('idle')
  await buy(victim, frame)
  await expect(last.locator('[slot=content]')).toHaveText('item 60')
  await page.close()
})

test('an element that is added later, or whose address comes later, works', async ({ town, victim }) => {
  const { wallet } = town.house.urls
  const { page } = await openPage(town, victim, script(wallet))
  await page.waitForFunction(() => customElements.get('tuppence-unlock') !== undefined)
  await page.evaluate(() => {
    document.body.append(document.createElement('tuppence-unlock'))
  })
  await expect(page.locator('tuppence-unlock')).toHaveAttribute('state', 'ready')
  await page.evaluate(() => document.querySelector('tuppence-unlock')!.setAttribute('href', '/item/61'))
  const frame = await frameIn(page, wallet)
  await buy(victim, frame)
  await expect(delivered(page)).toHaveText('item 61')
  await page.close()
})

test('a single-page app swaps articles in one element, ten times', async ({ town, victim }) => {
  const { wallet } = town.house.urls
  const { page } = await openPage(town, victim, script(wallet) + element(62))
  const frame = await frameIn(page, wallet)
  await buy(victim, frame)
  await expect(delivered(page)).toHaveText('item 62')
  for (let n = 1; n <= 10; n++) {
    await page.evaluate(
      (href) => {
        history.pushState(null, '', `?${href}`)
        document.querySelector('tuppence-unlock')!.setAttribute('href', href)
      },
      `/offer/${n % 2 === 0 ? 250 : 499}`,
    )
    await expect(delivered(page)).toHaveCount(0)
  }
  await expect(unlockButton(frame).first()).toHaveText(/2\.50/)
  // Back to what was bought: it opens by itself.
  await page.evaluate(() => document.querySelector('tuppence-unlock')!.setAttribute('href', '/item/62'))
  await expect(delivered(page)).toHaveText('item 62')
  expect(paidFor(town, 62)).toBe(1)
  await page.close()
})

test('an element that is taken away in mid-payment has paid once, and is open when it comes back', async ({
  town,
  victim,
}) => {
  const { wallet } = town.house.urls
  const { page } = await openPage(town, victim, script(wallet) + element(63))
  const frame = await frameIn(page, wallet)
  await frameState(frame, 'priced')
  // The app takes it away the moment the payment leaves.
  const paying = (request: Request) => request.url().endsWith('/item/63') && !!request.headers()['authorization']
  const gone = page.waitForRequest(paying, { timeout: 30_000 })
  const pressed = buy(victim, frame)
  await gone
  await page.evaluate(() => {
    const one = document.querySelector('tuppence-unlock')!
    Object.assign(globalThis, { one })
    one.remove()
  })
  await pressed
  await expect.poll(() => paidFor(town, 63)).toBe(1)
  await page.evaluate(() => document.body.append((globalThis as unknown as { one: Element }).one))
  await expect(delivered(page)).toHaveText('item 63')
  expect(paidFor(town, 63)).toBe(1)
  await page.close()
})

test('an element that is moved keeps what is open, and stays a button where nothing is', async ({ town, victim }) => {
  const { wallet } = town.house.urls
  const { page } = await openPage(town, victim, `${script(wallet)}<main></main>${element(64)}${element(65)}`)
  const [open, locked] = [page.locator('[href="/item/64"]').first(), page.locator('tuppence-unlock[href="/item/65"]')]
  const frame = await frameOf(open, wallet)
  await buy(victim, frame)
  await expect(delivered(page)).toHaveText('item 64')
  await page.evaluate(() => document.querySelector('main')!.append(...document.querySelectorAll('tuppence-unlock')))
  await expect(delivered(page)).toHaveText('item 64')
  await frameState(await frameOf(locked, wallet), 'priced')
  expect(paidFor(town, 64)).toBe(1)
  await page.close()
})

test('the back button finds the article open, paid once', async ({ town, victim }) => {
  const { wallet } = town.house.urls
  const { page } = await openPage(town, victim, script(wallet) + element(66))
  const frame = await frameIn(page, wallet)
  await buy(victim, frame)
  await expect(delivered(page)).toHaveText('item 66')
  await page.goto(town.evil.origin + town.evil.page(html('<p>another page</p>')))
  await page.goBack()
  await expect(delivered(page)).toHaveText('item 66')
  await page.goForward()
  await page.goBack()
  await expect(delivered(page)).toHaveText('item 66')
  expect(paidFor(town, 66)).toBe(1)
  await page.close()
})
