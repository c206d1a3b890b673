import { errorTable } from '@tuppence/protocol'
import { expect, test } from 'vitest'
import { chooseLanguage, loadTexts } from './index.ts'

test('takes the first language that is complete, else English', () => {
  expect([
    chooseLanguage(['xx', 'en-GB']),
    chooseLanguage(['tlh']),
    chooseLanguage([]),
    chooseLanguage(['__proto__']),
  ]).toEqual(['en', 'en', 'en', 'en'])
})

test('has a sentence for every code', async () => {
  const errors = await loadTexts('errors', 'en')
  for (const code of Object.keys(errorTable)) expect(errors[code as keyof typeof errors]).toMatch(/\w.*\.$/)
})
