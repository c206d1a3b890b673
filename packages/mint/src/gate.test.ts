import { expect, test } from 'vitest'
import { createGate } from './gate.ts'

const held = (count: number, gate: ReturnType<typeof createGate>) => {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { work: Array.from({ length: count }, () => gate.enter(() => promise)), release: resolve }
}
const overloaded = { code: 'overloaded', retry: 'now' }

test('lets no more in than the limit', async () => {
  const gate = createGate({ inFlightMax: 3, waitMaxMs: 1000 })
  const { work, release } = held(3, gate)
  await expect(gate.enter(async () => 1)).rejects.toMatchObject(overloaded)
  release()
  await Promise.all(work)
  expect(await gate.enter(async () => 1)).toBe(1)
})

test('lets no more in while the oldest has waited too long, unless there are few', async () => {
  const clock = { ms: 0 }
  const gate = createGate({ inFlightMax: 1000, waitMaxMs: 250 }, () => clock.ms)
  const first = held(63, gate)
  clock.ms = 10_000
  expect(await gate.enter(async () => 1)).toBe(1)
  const second = held(1, gate)
  await expect(gate.enter(async () => 1)).rejects.toMatchObject(overloaded)
  first.release()
  await Promise.all(first.work)
  const third = held(100, gate)
  clock.ms += 250
  expect(await gate.enter(async () => 1)).toBe(1)
  clock.ms += 1
  await expect(gate.enter(async () => 1)).rejects.toMatchObject(overloaded)
  for (const each of [second, third]) each.release()
})

test('drains: nothing more comes in, and what is in is waited for', async () => {
  const gate = createGate({ inFlightMax: 10, waitMaxMs: 250 })
  const { work, release } = held(2, gate)
  let done = false
  const draining = gate.drain().then(() => (done = true))
  await expect(gate.enter(async () => 1)).rejects.toMatchObject({ code: 'shutting-down' })
  expect(done).toBe(false)
  release()
  await Promise.all(work)
  await draining
})
