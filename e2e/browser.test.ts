// Whether the browser under test keeps sites apart at all: if not, every other test here proves less than it says.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test as base } from '@playwright/test'
import { makeProfile, openBrowser, removeProfile } from './harness/browser.ts'
import type { Options } from './harness/fixtures.ts'

const test = base.extend<object, Options>({ thirdPartyCookies: ['allowed', { scope: 'worker', option: true }] })

const frame = `<script>
addEventListener('message', async (event) => {
  document.cookie = 'third=party; SameSite=None; Secure'
  const seen = { partitioned: localStorage.getItem('who') === null, cookie: document.cookie !== '', handle: 'refused' }
  try {
    const handle = await document.requestStorageAccess({ all: true })
    seen.handle = handle.localStorage.getItem('who')
  } catch {}
  event.source.postMessage(seen, '*')
})
</script>`

test('keeps storage apart, and lets third-party frames at it or not, as the project says', async ({
  thirdPartyCookies,
}) => {
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo
    response.setHeader('content-type', 'text/html')
    if (request.url === '/frame') response.end(frame)
    else if (request.url === '/first') response.end(`<script>localStorage.setItem('who', 'first party')</script>`)
    else
      response.end(`<iframe src="http://wallet.localhost:${port}/frame"></iframe>
<script>addEventListener('message', ({ data }) => (globalThis.seen = data))
document.querySelector('iframe').onload = ({ target }) => target.contentWindow.postMessage('look', '*')</script>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const profile = makeProfile(thirdPartyCookies)
  const context = await openBrowser(profile)
  try {
    const page = await context.newPage()
    await page.goto(`http://wallet.localhost:${port}/first`)
    await page.goto(`http://news.localhost:${port}/`)
    const seen = await page.waitForFunction('globalThis.seen')
    expect(await seen.jsonValue()).toEqual(
      thirdPartyCookies === 'allowed'
        ? { partitioned: true, cookie: true, handle: 'first party' }
        : { partitioned: true, cookie: false, handle: 'refused' },
    )
    const popups = await page.evaluate(
      () =>
        new Promise((resolve) => {
          // No gesture has happened in this page, and this is not evaluate's own activation.
          const script = document.createElement('script')
          script.textContent = `globalThis.popup = String(open('about:blank'))`
          setTimeout(() => {
            document.head.append(script)
            resolve((globalThis as { popup?: string }).popup)
          }, 5_500)
        }),
    )
    expect(popups, 'a popup without a click').toBe('null')
  } finally {
    await context.close()
    removeProfile(profile)
    server.close()
  }
})
