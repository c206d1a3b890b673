import { delivered, frameOf, frameState } from '../harness/reader.ts'
import { byCommand } from './command.ts'
import { expect, fitsTheScreen, test, touch } from './visitor.ts'

// The newsroom is what every other end-to-end test reads at a desk; here it is on a phone.
test('newsroom, phone: a story is opened by touch', async ({ dataDir, visit, closing }) => {
  const ports = ['news', 'blog', 'wallet', 'mint'].flatMap((part) => [`--${part}-port`, '0'])
  const { url, wallet } = closing(await byCommand('newsroom', ['--data', dataDir, ...ports]))
  const reader = await visit(wallet, 'phone')
  const page = await reader.open(`${url}/articles/spend-a-penny`)
  await fitsTheScreen(page)
  const element = page.locator('tuppence-unlock')
  await element.scrollIntoViewIfNeeded()
  const frame = await frameOf(element, wallet)
  await frameState(frame, 'priced', 'free')
  await touch(frame.getByRole('button').first(), 'phone')
  await expect(delivered(page)).toBeVisible()
  await fitsTheScreen(page)
})
