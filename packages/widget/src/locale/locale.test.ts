import { errorTable } from '@tuppence/protocol'
import { describe, expect, test } from 'vitest'
import { chooseLanguage, languageCodes, loadFrameTexts } from './index.ts'
import { loadTexts } from './parts.ts'
import type { LanguageCode } from './index.ts'

const parts = ['popup', 'page', 'screens', 'funding', 'errors'] as const
const others = languageCodes.filter((code) => code !== 'en')

/** Every text of a language by its path; texts with gaps are said with the gaps numbered. */
async function said(language: LanguageCode): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  const walk = (path: string, value: unknown) => {
    if (typeof value === 'function') walk(path, (value as (...gaps: string[]) => string)('<1>', '<2>', '<3>', '<4>'))
    else if (typeof value === 'string') texts.set(path, value)
    else for (const [key, inner] of Object.entries(value as object)) walk(`${path}.${key}`, inner)
  }
  walk('frame', await loadFrameTexts(language))
  for (const part of parts) walk(part, await loadTexts(part, language))
  return texts
}

const gaps = (text: string) => (text.match(/<\d>/g) ?? []).sort()

/** What is the same word in that language too. */
const loans = new Set(['Tuppence', 'Link', 'Text', 'No'])

test('takes the first language that is complete, else English', () => {
  expect([
    chooseLanguage(['xx', 'en-GB']),
    chooseLanguage(['tlh']),
    chooseLanguage([]),
    chooseLanguage(['__proto__']),
    chooseLanguage(['fr', 'ko-KR', 'de']),
    chooseLanguage(['AR-eg']),
  ]).toEqual(['en', 'en', 'en', 'en', 'ko', 'ar'])
})

test('has a sentence for every code', async () => {
  const errors = await loadTexts('errors', 'en')
  for (const code of Object.keys(errorTable)) expect(errors[code as keyof typeof errors]).toMatch(/\w.*\.$/)
})

describe.each(others)('%s', (language) => {
  test('says all that English says, with the same gaps, in its own words', async () => {
    const [english, own] = await Promise.all([said('en'), said(language)])
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort())
    for (const [path, text] of english) {
      const translated = own.get(path)!
      expect(translated.trim(), path).not.toBe('')
      expect(gaps(translated), path).toEqual(gaps(text))
      if (!loans.has(text)) expect(translated, path).not.toBe(text)
    }
  })
})
