import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contrast, parseColor, themeProperties } from './theme.ts'

const light = (tokens: Record<string, string>) => themeProperties({ tokens, scheme: 'light', lang: 'en' })

describe('parseColor', () => {
  test.each([
    ['#fff', [255, 255, 255]],
    ['#0C6b53', [12, 107, 83]],
    ['rgb(1, 2, 3)', [1, 2, 3]],
    ['rgb(1,2,3)', [1, 2, 3]],
  ])('reads %s', (text, color) => {
    expect(parseColor(text)).toEqual(color)
  })

  test.each([
    undefined,
    '',
    'red',
    '#ffff',
    'rgb(256, 0, 0)',
    'rgba(0, 0, 0, 0.5)',
    'rgb(0, 0, 0); background: url(https://evil.example)',
    'url(https://evil.example/x)',
    'var(--x)',
    'expression(alert(1))',
  ])('refuses %s', (text) => {
    expect(parseColor(text)).toBe(undefined)
  })
})

describe('themeProperties', () => {
  test('takes what is readable', () => {
    expect(light({ accent: '#a03820', background: '#fbf9f3', text: '#201d1a', radius: '4px', font: 'serif' })).toEqual({
      '--accent': 'rgb(160, 56, 32)',
      '--on-accent': '#fff',
      '--background': 'rgb(251, 249, 243)',
      '--text': 'rgb(32, 29, 26)',
      '--radius': '4px',
      '--font': 'Georgia, "Times New Roman", serif',
    })
  })

  test('does not let text vanish into what is behind it', () => {
    expect(light({ text: '#fff', muted: '#eee', background: '#fff' })).toEqual({ '--background': 'rgb(255, 255, 255)' })
  })

  test('keeps the small print readable on a ground that it was not made for', () => {
    const ground = fc.tuple(byte, byte, byte).map((rgb) => `rgb(${rgb.join(', ')})`)
    fc.assert(
      fc.property(ground, fc.constantFrom('light' as const, 'dark' as const), (background, scheme) => {
        const properties = themeProperties({ tokens: { background }, scheme, lang: 'en' })
        const muted = properties['--muted'] ?? { light: '#55606a', dark: '#a8b3ae' }[scheme]
        expect(contrast(parseColor(muted)!, parseColor(properties['--background'])!)).toBeGreaterThanOrEqual(4.5)
      }),
    )
  })

  test('does not let the button vanish', () => {
    expect(light({ accent: '#fefefe' })).not.toHaveProperty('--accent')
  })

  test('keeps a background on which the default text can’t be read out', () => {
    expect(light({ background: '#000' })['--background']).toBe('rgb(255, 255, 255)')
  })

  test('puts words on the accent in black or white, whichever can be read', () => {
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte), (rgb) => {
        const properties = light({ accent: `rgb(${rgb.join(', ')})` })
        if (!properties['--accent']) return
        expect(contrast(rgb, parseColor(properties['--on-accent'])!)).toBeGreaterThanOrEqual(4.5)
      }),
    )
  })

  test('lets nothing through that is not a value of its own making', () => {
    const name = fc.constantFrom('accent', 'background', 'text', 'muted', 'border', 'radius', 'font', '__proto__', 'x')
    fc.assert(
      fc.property(fc.dictionary(name, fc.string()), (tokens) => {
        for (const value of Object.values(light(tokens)))
          expect(value).toMatch(/^(rgb\([\d, ]+\)|#fff|#000|\d+px|[\w", -]+)$/)
      }),
    )
  })
})

const byte = fc.integer({ min: 0, max: 255 })
