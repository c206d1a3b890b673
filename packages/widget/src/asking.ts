// Who embeds this frame, as the browser says it. The frame checks it before anything else.

/**
 * Who is directly above this frame, or why there is nobody to serve. `site` is `null` (the text, as browsers write an origin
 * that they do not tell) in Firefox, which hides it from a frame with `referrerpolicy=no-referrer`: the handshake tells.
 */
export type Asker = { readonly site: string } | { readonly refused: 'alone' | 'nested' }

/**
 * Reads the embedding page's origin.
 *
 * Only a page directly above counts: an advertisement's iframe inside a publisher's page would otherwise get the
 * publisher's partition of this origin's storage, and its allowance with it.
 *
 * @param ancestors - `location.ancestorOrigins`.
 */
export function whoAsks(ancestors: ArrayLike<string> | undefined): Asker {
  const [site, above] = Array.from(ancestors ?? [])
  if (site === undefined) return { refused: 'alone' }
  return above === undefined && /^(https?:\/\/|null$)/.test(site) ? { site } : { refused: 'nested' }
}

/** A site as a person reads it: host and port, without the scheme. */
export function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : origin
}
