// Runs an attack and then looks everywhere a theft would show: balance, history, logs, rows, and what the attacker heard.
import { expect } from '@playwright/test'
import { article } from './articles.ts'
import { ownedArticle, type Town } from './fixtures.ts'
import type { Reader } from './reader.ts'
import { countRows } from './rows.ts'

const moneyEvents = ['paid', 'reopened', 'deposit']
// A coin, a token, a credential, a seed or a key: none of them may be in anything an attacker holds.
const valuables = /cashu[AB]|"?C"?:"0[23]|\bPayment [A-Za-z0-9_-]{40}|did:key:|privateKey|"seed"/

// What an attack left unharmed is what the next one finds: to look twice costs seconds.
const known = new WeakMap<Reader, Awaited<ReturnType<Reader['wealth']>>>()

/** Call it when the victim itself has paid for something. */
export function looksAgain(victim: Reader): void {
  known.delete(victim)
}

/**
 * Runs `attack` against the victim and fails if anything was paid, signed, told or moved by it.
 *
 * @param attack - Returns everything that the attacker got to see; it is searched for coins, keys and the owned article.
 */
export async function unharmed({ house, evil }: Town, victim: Reader, attack: () => Promise<unknown>): Promise<void> {
  const before = known.get(victim) ?? (await victim.wealth())
  known.delete(victim)
  const rows = countRows(house.dataDir)
  const mark = house.mark()
  const askedBefore = evil.headers.length
  const evilEventsBefore = evil.events.length
  const loot = JSON.stringify((await attack()) ?? null)

  const after = await victim.wealth()
  expect(after, 'balance and history').toEqual(before)
  known.set(victim, after)
  expect(loot, 'what the attacker saw').not.toMatch(valuables)
  for (const words of article(ownedArticle).locked) expect(loot, 'what the attacker saw').not.toContain(words)
  for (const part of ['news', 'blog'] as const) {
    const events = (await house.since(mark, part)).filter(({ event }) => moneyEvents.includes(event))
    expect(events, `the log of ${part}`).toEqual([])
  }
  const evilEvents = evil.events.slice(evilEventsBefore).filter(({ event }) => moneyEvents.includes(event))
  expect(evilEvents, "the hostile till's log").toEqual([])
  const deposits = (await house.since(mark, 'mint')).filter(({ method }) => method === 'POST')
  expect(deposits, 'what the mint was asked to do').toEqual([])
  expect(countRows(house.dataDir), 'the rows of mint and tills').toEqual(rows)
  for (const headers of evil.headers.slice(askedBefore)) {
    // The attacker may send its reader's frame to it with a code that it made up itself.
    expect(headers.authorization ?? '', 'what reached the attacker').toMatch(/^(Tuppence-Claim x+)?$/)
    expect(headers, 'what reached the attacker').not.toHaveProperty('signature')
    expect(headers, 'what reached the attacker').not.toHaveProperty('x-cashu')
    expect(headers, 'what reached the attacker').not.toHaveProperty('cookie')
  }
}
