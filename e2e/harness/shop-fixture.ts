// A publisher of hundreds of small articles beside the demo, and the two databases that say what was paid: for tests
// that buy a lot.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHouse, type House } from './demo.ts'
import { findPlace, startPublisher, type Publisher } from './shop.ts'

/** Cents that each article costs. */
export const price = 5

/** `mint` and `till` are the files of their databases. */
export type Shop = {
  readonly house: House
  readonly publisher: Publisher
  readonly mint: string
  readonly till: string
  readonly stop: () => Promise<void>
}

/** Starts a demo of its own and the publisher. */
export async function openShop(offers: number): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), 'tuppence-shop-'))
  const place = await findPlace(join(folder, 'till'))
  const house = await openHouse({ accounts: [place.account] })
  const { wallet, mint } = house.urls
  const publisher = await startPublisher(place, { wallet, mint, offers })
  return {
    house,
    publisher,
    mint: databaseIn(join(house.dataDir, 'mint')),
    till: databaseIn(place.folder),
    stop: async () => {
      publisher.stop()
      await house.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function databaseIn(folder: string): string {
  const found = readdirSync(folder).find((name) => /^(?:mint|ledger|journal|till)\.(?:db|sqlite)$/.test(name))
  if (found === undefined) throw new Error(`no database in ${folder}`)
  return join(folder, found)
}
