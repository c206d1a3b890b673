import { openShop } from '../../examples/shop/src/shop.ts'
import { credited } from '../harness/books.ts'
import { byCommand } from './command.ts'
import { buy, expect, fitsTheScreen, ledgerIn, screens, test, type Screen } from './visitor.ts'

/** On the phone by its one command, at the desk from code. */
async function open(screen: Screen, dataDir: string) {
  if (screen === 'phone') return byCommand('shop', ['--data', dataDir, '--port', '0'])
  const { url, street, close } = await openShop({ dataDir, ports: { shop: 0, wallet: 0, mint: 0 }, log: () => {} })
  return { url, wallet: street.wallet, close }
}

for (const screen of Object.keys(screens) as Screen[])
  test(`shop, ${screen}: a print is bought once, saved as a file, and opens by itself again`, async ({
    dataDir,
    visit,
    closing,
  }) => {
    const shop = closing(await open(screen, dataDir))
    const { wallet } = shop
    const reader = await visit(wallet, screen)
    const page = await reader.open(shop.url)
    await fitsTheScreen(page)
    const print = page.locator('#verge')
    const sketch = await print.locator('.sheet svg').evaluate((svg) => svg.outerHTML.length)
    await buy(wallet, print.locator('tuppence-unlock'), screen)
    await expect(print.locator('.sheet img')).toBeVisible()
    const saving = page.waitForEvent('download')
    await print.getByRole('link', { name: 'Save the file' }).click()
    const file = await (await saving).createReadStream()
    let text = ''
    for await (const chunk of file) text += String(chunk)
    expect((await saving).suggestedFilename()).toBe('verge.svg')
    expect(text.length).toBeGreaterThan(sketch * 3)
    expect(credited(ledgerIn(dataDir), 'offcut')).toBe(45)
    await page.reload()
    await expect(print.locator('.sheet img')).toBeVisible()
    expect(credited(ledgerIn(dataDir), 'offcut')).toBe(45)
    expect(await reader.balance()).toBe(455)
  })
