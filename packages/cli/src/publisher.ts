/** Speaks to a till as its publisher: puts offers and settings there; seal, init and the vite plugin call it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Mistake } from './problem.ts'

/** Where a till is and who asks. */
export type PublisherAccess = Readonly<{ till: string; publisher: string; secret: string }>

/** An offer as the till takes it: prices are decimal text. `content`: what it delivers to who has paid. */
export type PutOffer = Readonly<{
  kind: 'article' | 'tip' | 'pass'
  title: string
  price?: string
  sites?: readonly string[]
  content?: Readonly<{ contentType: string; body: string }>
}>

const timeoutMs = 15_000
const attempts = 3

/**
 * Puts an offer there, or makes it what is given: the same again changes nothing.
 *
 * @returns The offer's URL, as the till sells it.
 * @throws {Mistake} The till refuses (field and reason), or does not answer.
 */
export async function putOffer(access: PublisherAccess, id: string, offer: PutOffer): Promise<string> {
  const { url } = (await ask(access, 'PUT', `/offers/${encodeURIComponent(id)}`, offer)) as { url: string }
  return url
}

/** Sets how the publisher sells: free articles, caps, passes, refunds. @throws {Mistake} As putOffer. */
export async function putSettings(access: PublisherAccess, settings: object): Promise<void> {
  await ask(access, 'PUT', '/settings', settings)
}

/** Says how the publisher is paid out. @throws {Mistake} As putOffer. */
export async function putPayout(access: PublisherAccess, payout: object): Promise<void> {
  await ask(access, 'PUT', '/payout', payout)
}

/** The publisher as the till knows it. @throws {Mistake} As putOffer. */
export async function readPublisher(access: PublisherAccess): Promise<Readonly<Record<string, unknown>>> {
  return (await ask(access, 'GET', '', undefined)) as Readonly<Record<string, unknown>>
}

/** Offers that stand at the till. @throws {Mistake} As putOffer. */
export async function listOffers(
  access: PublisherAccess,
): Promise<readonly Readonly<{ id: string; url: string; title: string }>[]> {
  return ((await ask(access, 'GET', '/offers', undefined)) as { offers: { id: string; url: string; title: string }[] })
    .offers
}

/** Takes an offer away. @throws {Mistake} As putOffer. */
export async function deleteOffer(access: PublisherAccess, id: string): Promise<void> {
  await ask(access, 'DELETE', `/offers/${encodeURIComponent(id)}`, undefined)
}

/** Has the till make a new secret; the old one stays good for a while. @throws {Mistake} As putOffer. */
export async function rotateSecret(access: PublisherAccess): Promise<string> {
  return ((await ask(access, 'POST', '/secret', {})) as { secret: string }).secret
}

async function ask(access: PublisherAccess, method: string, path: string, body: unknown): Promise<unknown> {
  const { till, publisher, secret } = access
  const url = `${reachable(till)}/v1/publishers/${publisher}${path}`
  const headers = {
    authorization: `Bearer ${secret}`,
    accept: 'application/json',
    ...(body !== undefined && { 'content-type': 'application/json' }),
  }
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
      if (response.status < 500) return await read(response, access)
      if (attempt === attempts) throw new Mistake(`answers ${response.status}`, { file: till })
    } catch (error) {
      if (error instanceof Mistake) throw error
      // All of these may be asked twice; a new secret may not.
      if (attempt === attempts || method === 'POST')
        throw new Mistake(`the till does not answer (${(error as Error).message})`, { file: till })
    }
    await sleep(500 * attempt)
  }
}

async function read(response: Response, { till, publisher }: PublisherAccess): Promise<unknown> {
  const text = await response.text()
  let said: unknown
  try {
    said = text === '' ? {} : JSON.parse(text)
  } catch {
    throw new Mistake(`answers ${response.status} with something that is no JSON: is it a till?`, { file: till })
  }
  if (response.ok) return said
  const { title, detail, details, code } = said as {
    title?: string
    detail?: string
    code?: string
    details?: Record<string, unknown>
  }
  const field = details?.['field'] === undefined ? undefined : String(details['field'])
  const reason = String(details?.['reason'] ?? detail ?? title ?? code ?? `answers ${response.status}`)
  if (response.status === 401 || response.status === 403)
    throw new Mistake(`refuses the secret of publisher ${publisher}`, { file: till })
  throw new Mistake(reason, { file: till, field })
}

/** Node does not look up *.localhost, which browsers take for this machine. */
export function reachable(url: string): string {
  const parsed = new URL(url)
  if (!parsed.hostname.endsWith('.localhost')) return url
  parsed.hostname = '127.0.0.1'
  return parsed.origin
}
