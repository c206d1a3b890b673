/** Brings what tuppence.json says of selling to the till: terms, payout, and offers without an article. seal and dev call it. */
import type { Settings } from './config.ts'
import { isMistake, Mistake } from './problem.ts'
import { putOffer, putPayout, putSettings, type PublisherAccess, type PutOffer } from './publisher.ts'

/**
 * Puts terms, payout and offers there.
 *
 * @throws {Mistake} The till names a field; it comes with its place in tuppence.json.
 */
export async function pushSelling(settings: Settings, access: PublisherAccess): Promise<void> {
  const { file, sites, selling, payout, offers } = settings
  await at(file, 'selling', () => putSettings(access, { ...selling, sites }))
  if (payout) await at(file, 'payout', () => putPayout(access, payout))
  for (const [index, { id, ...offer }] of offers.entries())
    await at(file, `offers.${index}`, () => putOffer(access, id, { sites, ...offer } as unknown as PutOffer))
}

async function at(file: string, where: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!isMistake(error) || error.place.field === undefined) throw error
    throw new Mistake(error.reason, { file, field: `${where}.${error.place.field}` })
  }
}
