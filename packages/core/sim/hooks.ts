/**
 * Changes sources while Node loads them: the few seams that shipped code does not have, and bugs planted on purpose. So
 * that nothing of either is in what ships. Must be imported before anything that it changes.
 */
import { registerHooks } from 'node:module'

/** A change of one file's text. `find` must stand there exactly once. */
export type Patch = { readonly file: string; readonly find: string; readonly put: string }

/** What patched sources reach out for. */
export type Seams = {
  exchange?: (question: {
    url: string
    method: string
    headers?: Record<string, string>
    body?: string
  }) => Promise<{ status: number; body: string }>
  readText?: (path: string) => string | undefined
  /** The curve's point of a secret, in hex. */
  pointOf?: ((secret: string) => string) | undefined
  verifyQuote?:
    | ((claimed: { quote: string; outputs: readonly { B_: string }[] }, signature: string, key: string) => boolean)
    | undefined
}

/** The one global that patched sources know. */
export const seams: Seams = ((globalThis as { tuppenceSim?: Seams }).tuppenceSim ??= {})

const always: readonly Patch[] = [
  {
    // The till's keys, at each run's start: read at once, rather than by threads that a busy machine lets wait.
    file: 'till/src/keys.ts',
    find: "return readFile(path, 'utf8').catch(",
    put: "if (globalThis.tuppenceSim?.readText) return globalThis.tuppenceSim.readText(path)\n  return readFile(path, 'utf8').catch(",
  },
  {
    // The till's way to the mint: through the fault proxy, in this process.
    file: 'till/src/exchange.ts',
    find: 'export async function exchange(question: Question): Promise<Answer> {',
    put: 'export async function exchange(question: Question): Promise<Answer> {\n  if (globalThis.tuppenceSim) return globalThis.tuppenceSim.exchange(question)',
  },
  {
    // The till asks whether coins are spent by their points.
    file: 'till/src/mint-client.ts',
    find: 'bytesToHex(hashToCurve(secret))',
    put: '(globalThis.tuppenceSim?.pointOf?.(secret) ?? bytesToHex(hashToCurve(secret)))',
  },
  {
    // NUT-20 is not behind the mint's curve port.
    file: 'mint/src/claim.ts',
    find: '!verifyQuote({ quote: quote.id,',
    put: '!(globalThis.tuppenceSim?.verifyQuote ?? verifyQuote)({ quote: quote.id,',
  },
]

/** Registers the patches for all that is loaded from now on. Answers which of them have not been used yet. */
export function installPatches(planted: readonly Patch[] = []): () => readonly Patch[] {
  const waiting = new Set([...always, ...planted])
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context)
      const here = [...waiting].filter(({ file }) => url.endsWith(`/packages/${file}`))
      if (here.length === 0) return loaded
      let text = typeof loaded.source === 'string' ? loaded.source : Buffer.from(loaded.source as Uint8Array).toString()
      for (const patch of here) {
        if (text.split(patch.find).length !== 2)
          throw new Error(`patch: not exactly once in ${patch.file}: ${patch.find}`)
        text = text.replace(patch.find, () => patch.put)
        waiting.delete(patch)
      }
      return { ...loaded, source: text }
    },
  })
  return () => [...waiting]
}
