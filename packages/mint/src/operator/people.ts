// The people who operate the mint, each with a passphrase of their own, kept as a hash in the configuration; session.ts lets them in.

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import * as v from 'valibot'

/** 64 MiB and about a quarter of a second for each try; memory for one of them. */
const cost = { log2N: 16, r: 8, p: 1 } as const
const memoryMax = 160 * 2 ** 20
const hashBytes = 32
const saltBytes = 16

/** `scrypt$16$8$1$<salt>$<hash>`, base64url: what `tuppence-mint person` prints. */
const credentialPattern = /^scrypt\$(1[4-7])\$(8)\$([1-4])\$([\w-]{22})\$([\w-]{43})$/

/** A person without the credential. */
export const namedSchema = v.strictObject({
  /** Decisions name it: never give one person's id to another. */
  id: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1 to 32 of a-z 0-9 -')),
  name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(100)),
})

/** Who may use the operator's page. */
export const peopleSchema = v.pipe(
  v.array(
    v.strictObject({
      ...namedSchema.entries,
      credential: v.pipe(v.string(), v.regex(credentialPattern, 'must be what `tuppence-mint person` prints')),
    }),
  ),
  v.maxLength(100),
  v.check((people) => new Set(people.map(({ id }) => id)).size === people.length, 'two people with one id'),
)

/** A person, as configured. */
export type Person = v.InferOutput<typeof peopleSchema>[number]

/** Hashes a passphrase for the configuration. Tests pay less for it. */
export async function credentialOf(passphrase: string, log2N: number = cost.log2N): Promise<string> {
  const salt = randomBytes(saltBytes)
  const hash = await stretch(passphrase, { ...cost, salt, log2N })
  return `scrypt$${log2N}$${cost.r}$${cost.p}$${salt.toString('base64url')}$${hash.toString('base64url')}`
}

/** A passphrase that nobody guesses: 100 bits, in five groups that can be read out. */
export function freshPassphrase(): string {
  const letters = '0123456789abcdefghjkmnpqrstvwxyz'
  const text = Array.from(randomBytes(20), (byte) => letters[byte % 32]).join('')
  return text.match(/.{4}/g)?.join('-') ?? text
}

/** Nobody's: what the passphrase of somebody unknown is compared with, so that it takes as long. */
const nobody = `scrypt$${cost.log2N}$${cost.r}$${cost.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`

/** Finds out who it is. @returns undefined for a wrong passphrase and an unknown person alike, after the same time. */
export async function personBy(
  people: readonly Person[],
  { id, passphrase }: { id: string; passphrase: string },
): Promise<Person | undefined> {
  const person = people.find((each) => each.id === id)
  const [, log2N, r, p, salt = '', hash = ''] = credentialPattern.exec(person?.credential ?? nobody) ?? []
  const given = { log2N: Number(log2N), r: Number(r), p: Number(p), salt: Buffer.from(salt, 'base64url') }
  const found = await stretch(passphrase, given)
  return timingSafeEqual(found, Buffer.from(hash, 'base64url')) ? person : undefined
}

function stretch(
  passphrase: string,
  { salt, log2N, r, p }: { salt: Uint8Array; log2N: number; r: number; p: number },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, hashBytes, { N: 2 ** log2N, r, p, maxmem: memoryMax }, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}
