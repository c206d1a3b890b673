// What a hostile page can tell two readers apart by: every channel it has, for a reader with nothing, one with money, and one with money, rules, a language and purchases elsewhere.
import { blankPage } from './harness/attacker.ts'
import { expect, lockedArticle, ownedArticle, test as base, type Town } from './harness/fixtures.ts'
import { makeReader, unlock, type Reader } from './harness/reader.ts'
import { unharmed } from './harness/unharmed.ts'

/** Everything that was seen, by channel. */
type Seen = Record<Channel, unknown>

const channels = {
  said: 'the messages of its frames',
  windowMessages: 'the messages to its window',
  heights: 'how high frames and elements are, over time',
  frames: 'how many frames its frames have',
  focus: 'what has the focus, and when it went',
  scroll: 'where the page is scrolled to',
  history: 'how long its history is',
  resources: "the page's resource timings",
  sizes: 'the sizes and durations in them',
  storage: 'its own storage: databases, caches, cookies, locks, usage',
  permissions: 'permissions and storage access',
  broadcasts: 'broadcast channels of the names that the wallet uses',
  events: "the elements' events and what is in them",
  markup: "the elements' attributes and children",
  methods: "the elements' properties",
  violations: "reports of the page's policy",
  errors: 'errors in its own window',
  shifts: 'how its layout shifts',
} as const
type Channel = keyof typeof channels

type Readers = { poor: Reader; regular: Reader }
const test = base.extend<object, { others: Readers; seen: Record<'poor' | 'rich' | 'regular', Seen> }>({
  others: [
    async ({ town, thirdPartyCookies }, use) => {
      const { wallet, blog } = town.house.urls
      const poor = await makeReader(wallet, thirdPartyCookies)
      const regular = await makeReader(wallet, thirdPartyCookies)
      await regular.topUp(10)
      const page = await regular.open(`${blog}/articles/ten-rods`)
      await unlock(regular, page, wallet)
      await page.close()
      await setUp(regular, wallet, town.evil.origin)
      await use({ poor, regular })
      await Promise.all([poor.close(), regular.close()])
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  seen: [
    async ({ town, victim, others: { poor, regular } }, use) => {
      const [one, two, three] = [await spy(town, poor), await spy(town, victim), await spy(town, regular)]
      await use({ poor: one, rich: two, regular: three })
    },
    { scope: 'worker', timeout: 120_000 },
  ],
})

/** Rules that pay a nickel anywhere but here, and Arabic: what the wallet page's settings keep. */
async function setUp(reader: Reader, wallet: string, off: string): Promise<void> {
  const page = await reader.open(`${wallet}/`)
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready')
  await page.evaluate(
    (offSites) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('tuppence')
        opening.onerror = () => reject(opening.error ?? new Error('no database'))
        opening.onsuccess = () => {
          const store = opening.result.transaction('settings', 'readwrite').objectStore('settings')
          store.put({ unit: 'usd', autoMax: 5, perDay: 100, perSiteDay: 50, offSites, sites: {} }, 'rules')
          store.put('ar', 'language')
          store.transaction.oncomplete = () => resolve()
        }
      }),
    [off],
  )
  await page.close()
}

/** Opens a page that does all it can think of, in an order that does not depend on the reader. */
async function spy({ house, evil }: Town, reader: Reader): Promise<Seen> {
  const { wallet, news } = house.urls
  const policy = { 'content-security-policy-report-only': "default-src 'none'; script-src 'none'; report-sample" }
  const page = await reader.open(evil.origin + evil.page(spyPage(wallet), policy))
  const seen = await page.evaluate(
    (urls) => (globalThis as unknown as { watch: (urls: string[]) => Promise<Seen> }).watch(urls),
    [
      // Nobody has bought these, and prices lie around what readers have.
      ...[1, 250, 499, 500, 501, 1_000, 100_000].map((cents) => `${evil.origin}/offer/${cents}`).slice(1),
      `${evil.origin}/item/79`,
      `${news}/read/${ownedArticle}`,
      `${news}/read/${lockedArticle}`,
    ],
  )
  await page.close()
  // Addresses of pages are drawn by lot.
  return JSON.parse(JSON.stringify(seen).replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, 'uuid')) as Seen
}

const spyPage = (wallet: string) => `${blankPage}<main style="height:3000px"></main>
<script type="module" src="${wallet}/tuppence.js"></script>
<script type="module">
import { openFrame, shake, heard } from '/attacker.js'
const seen = { said: {}, heights: {}, frames: {}, focus: [], events: [], violations: [], errors: [], shifts: 0, broadcasts: [] }
for (const name of ['focus', 'blur', 'focusin', 'focusout', 'visibilitychange', 'pagehide'])
  addEventListener(name, ({ target }) => seen.focus.push(name + ' ' + (target.localName ?? 'window')), true)
for (const name of ['error', 'unhandledrejection']) addEventListener(name, (event) => seen.errors.push(event.message ?? name))
document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => seen.violations.push(effectiveDirective + ' ' + blockedURI))
for (const name of ['success', 'error', 'cancel', 'statechange'])
  addEventListener('tuppence:' + name, ({ type, detail }) => seen.events.push([type, JSON.stringify(detail)]))
for (const name of ['tuppence', 'tuppence-aside', 'tuppence-site'])
  new BroadcastChannel(name).onmessage = ({ data }) => seen.broadcasts.push([name, data])
new PerformanceObserver((list) => (seen.shifts += list.getEntries().length)).observe({ type: 'layout-shift', buffered: true })
const turn = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
globalThis.watch = async (urls) => {
  const before = history.length
  const opened = await Promise.all(urls.map(() => openFrame('${wallet}')))
  // A frame's height follows its width, which reaches another process a moment after it is set.
  await turn(600)
  for (const [n, one] of opened.entries()) {
    shake(one, '${wallet}')
    one.port.postMessage({ t: 'unlock', id: 'p', url: urls[n] })
  }
  const elements = ['unlock', 'tip', 'balance'].map((name, n) => {
    const element = document.createElement('tuppence-' + name)
    if (name !== 'balance') element.setAttribute('href', [new URL(urls[3]).pathname, '/tip'][n])
    document.body.prepend(element)
    return element
  })
  for (let n = 0; n < 5; n++) {
    await turn(700)
    seen.heights[n] = [...opened.map(({ iframe }) => iframe.getBoundingClientRect().height), ...elements.map((one) => one.getBoundingClientRect().height)]
  }
  for (const [n, one] of opened.entries()) {
    seen.said[urls[n]] = one.said
    seen.frames[urls[n]] = one.iframe.contentWindow.length
  }
  const timings = performance.getEntries().filter(({ name }) => name.startsWith('${wallet}'))
  const { usage } = await navigator.storage.estimate()
  return {
    ...seen,
    // Who is first among frames that load at once is chance.
    events: Object.groupBy(seen.events, ([, detail]) => JSON.parse(detail).url),
    // The icon is asked for once a browser.
    violations: seen.violations.filter((violation) => !violation.includes('favicon')),
    windowMessages: heard.map(({ data, origin }) => origin + ' ' + Object.keys(data).join()).sort(),
    focus: [...seen.focus, document.activeElement.localName],
    scroll: [scrollX, scrollY],
    history: history.length - before,
    resources: timings.map(({ name, entryType, initiatorType }) => [name, entryType, initiatorType].join(' ')).sort(),
    sizes: timings.map(({ transferSize, encodedBodySize, responseStart, name }) => name.endsWith('frame.html') ? [transferSize, encodedBodySize, responseStart] : 'script'),
    storage: { usage, databases: await indexedDB.databases(), caches: await caches.keys(), cookie: document.cookie, local: { ...localStorage }, locks: await navigator.locks.query() },
    permissions: [await document.hasStorageAccess(), (await navigator.permissions.query({ name: 'storage-access' })).state],
    markup: elements.map((one) => one.outerHTML),
    methods: elements.map((one) => { const all = {}; for (const name in one) { const value = one[name]; if (name.length > 2 && !(name in HTMLElement.prototype) && typeof value !== 'function') all[name] = String(value) } return all }),
  }
}
</script>`

for (const [channel, says] of Object.entries(channels) as [Channel, string][]) {
  test(`the page learns nothing of balance, history, rules or language by ${says}`, ({ seen }) => {
    expect(seen.poor[channel], 'was looked at').toBeDefined()
    expect(seen.rich[channel], 'a reader with five dollars looks like one with nothing').toEqual(seen.poor[channel])
    expect(seen.regular[channel], 'and so does one with rules, a language and purchases elsewhere').toEqual(
      seen.poor[channel],
    )
  })
}

test('the channels are open: what the page could see, it saw', ({ seen: { poor } }) => {
  expect(Object.values(poor.said as object).flat().length, 'messages of frames').toBeGreaterThan(5)
  expect(poor.windowMessages).toHaveLength(9 + 3)
  expect(Object.keys(poor.events as object), 'elements with events').toHaveLength(3)
  expect((poor.resources as unknown[]).length, 'resource timings').toBeGreaterThan(5)
  expect((poor.violations as unknown[]).length, 'policy reports').toBeGreaterThan(0)
})

test("prices above, at and below a reader's balance look alike", ({ seen }) => {
  for (const who of Object.values(seen)) {
    const own = Object.entries(who.said as Record<string, unknown>).flatMap(([url, said]) =>
      url.includes('/offer/') ? [said] : [],
    )
    for (const said of own) expect(said).toEqual(own[0])
  }
})

test('how long an answer about another publisher takes does not say whether the reader owns it', async ({
  town,
  victim,
}) => {
  const { house, evil } = town
  await unharmed(town, victim, async () => {
    const page = await victim.open(evil.origin + evil.page(blankPage))
    const longer = await page.evaluate(
      async ({ wallet, owned, locked }) => {
        const opened = await attacker.openFrame(wallet)
        attacker.shake(opened, wallet)
        const time = async (url: string, id: string): Promise<number> => {
          const start = performance.now()
          opened.port.postMessage({ t: 'unlock', id, url })
          while (!opened.said.some((said) => said.id === id)) await new Promise((resolve) => setTimeout(resolve))
          return performance.now() - start
        }
        let ownedIsSlower = 0
        for (let n = 0; n < 24; n++) {
          // In turns, so that what the machine does besides falls on both.
          const [first, second] = n % 2 === 0 ? [owned, locked] : [locked, owned]
          // The frame answers another address, not the same one again.
          await time(`${locked}-${n}`, `w${n}`)
          const a = await time(first, `a${n}`)
          await time(`${owned}-${n}`, `v${n}`)
          const b = await time(second, `b${n}`)
          if (n % 2 === 0 ? a > b : b > a) ownedIsSlower++
        }
        return ownedIsSlower
      },
      {
        wallet: house.urls.wallet,
        owned: `${house.urls.news}/read/${ownedArticle}`,
        locked: `${house.urls.news}/read/${lockedArticle}`,
      },
    )
    // A fair coin is outside this once in nine thousand runs.
    expect(longer).toBeGreaterThanOrEqual(3)
    expect(longer).toBeLessThanOrEqual(21)
    await page.close()
    return { longer }
  })
})
