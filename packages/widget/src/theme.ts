// Takes over the page's look, as far as it leaves the button readable: colours from `theme` messages are checked and applied as CSS custom properties.
import type { Theme } from '@tuppence/protocol/bridge'

type Rgb = readonly [number, number, number]

const white: Rgb = [255, 255, 255]
const ink: Rgb = [20, 24, 22]
const grounds = { light: white, dark: [23, 28, 26] as Rgb }

/** As in frame.css. */
const muteds = { light: [85, 96, 106] as Rgb, dark: [168, 179, 174] as Rgb }

const fonts: ReadonlyMap<string, string> = new Map(
  Object.entries({
    sans: 'system-ui, sans-serif',
    serif: 'Georgia, "Times New Roman", serif',
    mono: 'ui-monospace, monospace',
  }),
)

/** Reads `#rgb`, `#rrggbb` and `rgb(r, g, b)`; anything else is undefined and ignored. */
export function parseColor(text: string | undefined): Rgb | undefined {
  const short = /^#([\da-f])([\da-f])([\da-f])$/i.exec(text ?? '')
  if (short) return short.slice(1, 4).map((digit) => Number.parseInt(digit + digit, 16)) as unknown as Rgb
  const long = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(text ?? '')
  if (long) return long.slice(1, 4).map((pair) => Number.parseInt(pair, 16)) as unknown as Rgb
  const named = /^rgb\((\d{1,3}), ?(\d{1,3}), ?(\d{1,3})\)$/.exec(text ?? '')
  const rgb = named?.slice(1, 4).map(Number)
  return rgb?.every((part) => part <= 255) ? (rgb as unknown as Rgb) : undefined
}

/** WCAG 2.2 contrast ratio of two colours, 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}

/**
 * The custom properties for a theme.
 *
 * A page could hide the price by giving text the colour of what is behind it: text that would have less than AA contrast
 * keeps the default, and the words on the accent are black or white, whichever reads better.
 */
export function themeProperties({ tokens, scheme }: Theme): Record<string, string> {
  const css = (color: Rgb) => `rgb(${color.join(', ')})`
  const properties: Record<string, string> = {}
  const asked = parseColor(tokens['background'])
  const text = parseColor(tokens['text'])
  const plain = scheme === 'dark' ? white : ink
  const background = asked && contrast(asked, plain) >= 7 ? asked : grounds[scheme]
  properties['--background'] = css(background)
  if (text && contrast(text, background) >= 4.5) properties['--text'] = css(text)
  // The default grey is made for the default ground: on another one it may not be readable.
  const readable = (color: Rgb | undefined) => color && contrast(color, background) >= 4.5
  const muted = [parseColor(tokens['muted']), muteds[scheme], text, plain].find(readable)
  if (muted && muted !== muteds[scheme]) properties['--muted'] = css(muted)
  const border = parseColor(tokens['border'])
  if (border) properties['--border'] = css(border)
  const accent = parseColor(tokens['accent'])
  if (accent && contrast(accent, background) >= 3) {
    properties['--accent'] = css(accent)
    properties['--on-accent'] = contrast(accent, white) >= 4.5 ? '#fff' : '#000'
  }
  const radius = /^(\d{1,2})(?:\.\d+)?px$/.exec(tokens['radius'] ?? '')
  if (radius) properties['--radius'] = `${Math.min(Number(radius[1]), 24)}px`
  const font = fonts.get(tokens['font'] ?? '')
  if (font) properties['--font'] = font
  return properties
}

/** Applies a theme to this document. */
export function applyTheme(theme: Theme): void {
  const { style, dataset } = document.documentElement
  style.cssText = ''
  dataset['scheme'] = theme.scheme
  for (const [name, value] of Object.entries(themeProperties(theme))) style.setProperty(name, value)
}

function luminance(color: Rgb): number {
  const [r, g, b] = color.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
