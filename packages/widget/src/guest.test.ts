import { expect, test } from 'vitest'
import { isGuest } from './guest.ts'

test('takes for a guest only where the private file system is refused', async () => {
  const refusing = { getDirectory: () => Promise.reject(new DOMException('private', 'SecurityError')) }
  const giving = { getDirectory: () => Promise.resolve({} as FileSystemDirectoryHandle) }
  expect(await Promise.all([isGuest(refusing), isGuest(giving), isGuest(undefined)])).toEqual([
    'guest',
    'resident',
    'resident',
  ])
  // A browser from before there was one.
  expect(await isGuest({} as typeof giving)).toBe('resident')
})
