// Reads the page's `--tuppence-*` tokens for the frame, which can't see the page's styles. The element calls it.
import type { Theme } from '@tuppence/protocol/bridge'

/** The media query of readers who like it dark. */
export const prefersDark = '(prefers-color-scheme:dark)'

/** Colour tokens; the frame drops those that would make its text hard to read. */
export const colorTokens = ['accent', 'background', 'text', 'muted', 'border'] as const

/** Tokens passed on as written: a length and a keyword (`sans`, `serif` or `mono`). */
export const plainTokens = ['radius', 'font'] as const

/**
 * Reads the tokens that apply to an element. Colours come resolved, as `rgb(r, g, b)`.
 *
 * @param host - Its `theme` attribute, else its computed `color-scheme`, else the reader's preference says light or dark.
 * @param probe - An element in the host's shadow; its colour is used to have the browser resolve any CSS colour
 * (names, `light-dark()`, `var()`).
 */
export function readTheme(host: HTMLElement, probe: HTMLElement): Theme {
  const style = getComputedStyle(host)
  const asked = host.getAttribute('theme')
  const schemes = asked === 'light' || asked === 'dark' ? asked : style.colorScheme
  const dark = /dark/.test(schemes) && (!/light/.test(schemes) || matchMedia(prefersDark).matches)
  const scheme = dark ? 'dark' : 'light'
  const tokens: Theme['tokens'] = {}
  probe.style.colorScheme = scheme
  for (const name of colorTokens) {
    probe.style.color = `var(--tuppence-${name},#0000)`
    const { color } = getComputedStyle(probe)
    if (color.startsWith('rgb(')) tokens[name] = color
  }
  for (const name of plainTokens) {
    const value = style.getPropertyValue(`--tuppence-${name}`).trim()
    if (value) tokens[name] = value
  }
  return { tokens, scheme, lang: host.closest<HTMLElement>('[lang]')?.lang || navigator.language }
}
