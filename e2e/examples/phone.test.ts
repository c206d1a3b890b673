import { openArcade } from '../../examples/phone/src/arcade.ts'
import { puzzles } from '../../examples/phone/src/puzzles.ts'
import { credited } from '../harness/books.ts'
import { byCommand } from './command.ts'
import { buy, expect, fitsTheScreen, ledgerIn, screens, test, touch, type Screen } from './visitor.ts'

/** On the phone by its one command, at the desk from code. */
function open(screen: Screen, dataDir: string) {
  return screen === 'phone'
    ? byCommand('phone', ['--data', dataDir, '--port', '0'])
    : fromCode(dataDir, { app: 0, wallet: 0, mint: 0 })
}

async function fromCode(dataDir: string, ports: Readonly<{ app: number; wallet: number; mint: number }>) {
  const { url, street, close } = await openArcade({ dataDir, ports, log: () => {} })
  return { url, wallet: street.wallet, mint: street.mint.url, close }
}

for (const screen of Object.keys(screens) as Screen[])
  test(`phone, ${screen}: installable; a puzzle is bought, solved by touch, and there when every server is gone`, async ({
    dataDir,
    visit,
    closing,
  }) => {
    let arcade = await open(screen, dataDir)
    closing({ close: () => arcade.close() })
    const { url, wallet, mint } = arcade
    const reader = await visit(wallet, screen)
    const page = await reader.open(url)
    await fitsTheScreen(page)
    const card = page.locator('#boat')
    await buy(wallet, card.locator('tuppence-unlock'), screen)
    const play = card.getByRole('button', { name: 'Play' })
    await expect(play).toBeVisible()
    expect(credited(ledgerIn(dataDir), 'squares')).toBe(3)

    await test.step('a browser offers to install it', async () => {
      const devtools = await page.context().newCDPSession(page)
      const { errors } = await devtools.send('Page.getAppManifest')
      expect(errors).toEqual([])
      await page.evaluate(() => navigator.serviceWorker.ready)
      const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
      expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual([])
    })

    await test.step('with every server gone it starts, and what was bought can be solved', async () => {
      await arcade.close()
      await page.reload()
      await (screen === 'phone' ? play.tap() : play.click())
      await fitsTheScreen(page)
      const picture = puzzles.find(({ id }) => id === 'boat')?.picture ?? []
      for (const [row, line] of picture.entries())
        for (const [column, square] of [...line].entries())
          if (square === '#') {
            const button = page.getByRole('button', { name: `line ${row + 1}, column ${column + 1}`, exact: true })
            await (screen === 'phone' ? button.tap() : button.click())
          }
      await expect(page.getByRole('status')).toHaveText('That is it.')
      // At the same addresses, wherever they were opened first.
      const port = (address: string): number => Number(new URL(address).port)
      arcade = await fromCode(dataDir, { app: port(url), wallet: port(wallet), mint: port(mint) })
    })

    await page.reload()
    await expect(card.getByText('Solved')).toBeVisible()
    const other = page.locator('#cat')
    await buy(wallet, other.locator('tuppence-unlock'), screen)
    await touch(other.getByRole('button', { name: 'Play' }), screen)
    await expect(page.getByRole('heading', { name: 'Not yours' }).last()).toBeVisible()
    expect(credited(ledgerIn(dataDir), 'squares')).toBe(6)
  })
