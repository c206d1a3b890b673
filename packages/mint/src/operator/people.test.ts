import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { runCommand } from '../command.ts'
import { parseConfig } from '../config.ts'
import { credentialOf, peopleSchema, personBy } from './people.ts'

async function person(args: string[], env: Record<string, string> = {}) {
  let said = ''
  const write = (text: string) => (said += text)
  const proc = { env, cwd: () => '/', stdout: { write }, stderr: { write }, once: () => undefined }
  return { code: await runCommand(['person', ...args], proc), lines: said.split('\n') }
}

describe('people', () => {
  test('are made by a command, with a passphrase that is told once and kept as a hash', async () => {
    const { code, lines } = await person(['ada', '--name', 'Ada'])
    const [, line = '', , passphrase = ''] = lines
    expect([code, passphrase]).toEqual([
      0,
      expect.stringMatching(/^(?:[0-9a-hjkmnp-tv-z]{4}-){4}[0-9a-hjkmnp-tv-z]{4}$/),
    ])
    expect(line).not.toContain(passphrase)
    const people = v.parse(peopleSchema, [JSON.parse(line)])
    expect(await personBy(people, { id: 'ada', passphrase })).toMatchObject({ name: 'Ada' })
    expect(await personBy(people, { id: 'ada', passphrase: `${passphrase}x` })).toBeUndefined()
    expect(await personBy(people, { id: 'bo', passphrase })).toBeUndefined()
  })

  test('may bring a passphrase of their own, if it is long enough', async () => {
    const { code, lines } = await person(['bo', '--name', 'Bo'], { PERSON_PASSPHRASE: 'café au lait!!' })
    expect([code, lines.length]).toEqual([0, 3])
    // However a keyboard writes the accent.
    const people = v.parse(peopleSchema, [JSON.parse(lines[1] ?? '')])
    expect(await personBy(people, { id: 'bo', passphrase: 'cafe\u0301 au lait!!' })).toMatchObject({ id: 'bo' })
    expect((await person(['bo', '--name', 'Bo'], { PERSON_PASSPHRASE: 'short' })).code).toBe(2)
    expect((await person(['Bo!', '--name', 'Bo'])).code).toBe(2)
    expect((await person(['bo'])).code).toBe(2)
  })

  test('are no two with one id, and have no passphrase in the configuration', async () => {
    const bo = { id: 'bo', name: 'Bo', credential: await credentialOf('a long passphrase', 14) }
    const config = (people: unknown[]) => () => parseConfig({ admin: { token: 'x'.repeat(32), people } } as never)
    expect(config([bo])).not.toThrow()
    expect(config([bo, bo])).toThrow('two people with one id')
    expect(config([{ ...bo, credential: 'a long passphrase' }])).toThrow('tuppence-mint person')
  })
})
