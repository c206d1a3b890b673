/** Reads response bodies up to a limit; both clients do it here, since nobody else's server decides how much we hold. */
import { concatBytes, TuppenceError } from '@tuppence/protocol'

/** HTTP answers that may mean "not now" rather than "no": whether it was done is then unknown. */
export const undecided: ReadonlySet<number> = /* @__PURE__ */ new Set([408, 409, 425, 429])

/**
 * Reads a body as text.
 *
 * @param bytesMax - Reading stops there.
 * @throws {TuppenceError} `response-too-large`; what the stream throws when it breaks comes out unchanged.
 */
export async function readText(response: Response, bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  const reader = response.body?.getReader()
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true }
    if (done || !value) return new TextDecoder().decode(concatBytes(...chunks))
    bytes += value.length
    if (bytes > bytesMax) {
      await reader?.cancel()
      throw new TuppenceError('response-too-large', { details: { bytesMax } })
    }
    chunks.push(value)
  }
}
