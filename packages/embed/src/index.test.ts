import { expect, test } from 'vitest'

test('can be imported where there is no DOM, and does nothing there', async () => {
  expect(globalThis.document).toBe(undefined)
  const { defineElements, TuppenceUnlock } = await import('./index.ts')
  expect(() => defineElements('https://wallet.example')).not.toThrow()
  await import('./define.ts')
  expect(typeof TuppenceUnlock).toBe('function')
})
