// The goods: drawings made from a name, in SVG. A preview is the same drawing with most of its lines left out.

/** A print in the catalogue. */
export type Print = Readonly<{
  id: string
  title: string
  about: string
  price: string
  ink: string
  paper: string
  draw: Drawing
}>

/** How a print is drawn: `lines` of them, with chance from `random` (0 to 1). The sheet is 600 by 800. */
type Drawing = (random: () => number, lines: number) => string

const width = 600
const height = 800

/** Chance that is the same for everybody who draws this print (mulberry32). */
function chance(name: string): () => number {
  let state = [...name].reduce((sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 16_777_619), 2_166_136_261)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const point = (x: number, y: number): string => `${x.toFixed(1)} ${y.toFixed(1)}`
const path = (points: readonly string[], closed = ''): string => `<path d="M${points.join('L')}${closed}"/>`
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** Lines across the sheet that rise over hidden hills. */
const ridges: Drawing = (random, lines) => {
  const hills = range(7).map(() => ({
    x: 120 + random() * 360,
    y: random(),
    wide: 30 + random() * 70,
    high: 20 + random() * 90,
  }))
  return range(lines)
    .map((line) => {
      const at = line / (lines - 1)
      const points = range(97).map((step) => {
        const x = 60 + step * 5
        const rise = hills.reduce(
          (sum, hill) => sum + hill.high * Math.exp(-(((x - hill.x) / hill.wide) ** 2) - ((at - hill.y) * 6) ** 2),
          0,
        )
        return point(x, 170 + at * 560 - rise - Math.sin(x / 23 + at * 40) * 1.5)
      })
      return path(points)
    })
    .join('')
}

/** Rings of a tree that had good years and bad ones. */
const rings: Drawing = (random, lines) => {
  const waves = range(6).map((index) => ({ times: index + 2, phase: random() * 6.3, deep: random() / (index + 2) }))
  // Closer than this, printers and screens make a moiré of them.
  const count = Math.round(lines * 0.55)
  return range(count)
    .map((line) => {
      const base = 8 + (line / count) ** 1.15 * 250
      const points = range(121).map((step) => {
        const angle = (step / 120) * Math.PI * 2
        const bend = waves.reduce((sum, { times, phase, deep }) => sum + Math.sin(angle * times + phase) * deep, 0)
        const radius = base * (1 + bend * 0.14)
        return point(300 + Math.cos(angle) * radius, 400 + Math.sin(angle) * radius * 1.18)
      })
      return path(points, 'Z')
    })
    .join('')
}

/** A stalk that forks until it is a meadow. */
const meadow: Drawing = (random, lines) => {
  const strokes: string[] = []
  const grow = (x: number, y: number, angle: number, length: number, depth: number): void => {
    if (depth === 0 || strokes.length >= lines * 12) return
    const [toX, toY] = [x + Math.cos(angle) * length, y + Math.sin(angle) * length]
    strokes.push(path([point(x, y), point((x + toX) / 2 + random() * 6 - 3, (y + toY) / 2), point(toX, toY)]))
    if (depth === 1)
      strokes.push(`<circle cx="${toX.toFixed(1)}" cy="${toY.toFixed(1)}" r="${(1.5 + random() * 3).toFixed(1)}"/>`)
    for (const turn of [-0.42, 0.38])
      grow(toX, toY, angle + turn * (0.5 + random()), length * (0.68 + random() * 0.16), depth - 1)
  }
  for (const stalk of range(Math.max(3, Math.round(lines / 8)))) {
    const x = 90 + random() * 420
    grow(x, 740, -Math.PI / 2 + (random() - 0.5) * 0.3, 60 + random() * 60, 3 + (stalk % 4))
  }
  return strokes.join('')
}

/** The catalogue. */
export const prints: readonly Print[] = [
  {
    id: 'north-ridge',
    title: 'North Ridge',
    about: 'Eighty lines over seven hills.',
    price: '0.60',
    ink: '#f4efe6',
    paper: '#1d2733',
    draw: ridges,
  },
  {
    id: 'larch-1911',
    title: 'Larch, 1911',
    about: 'Rings of a tree with a hard spring.',
    price: '0.45',
    ink: '#6b3d22',
    paper: '#f3e7d3',
    draw: rings,
  },
  {
    id: 'verge',
    title: 'Verge',
    about: 'What grows by a road nobody mows.',
    price: '0.45',
    ink: '#1f5a40',
    paper: '#f6f4e9',
    draw: meadow,
  },
  {
    id: 'south-ridge',
    title: 'South Ridge',
    about: 'The same hills from the warm side.',
    price: '0.60',
    ink: '#b4472c',
    paper: '#fbf1e6',
    draw: ridges,
  },
  {
    id: 'oak-1703',
    title: 'Oak, 1703',
    about: 'It stood through the great storm.',
    price: '0.75',
    ink: '#e9d9b8',
    paper: '#3a2c22',
    draw: rings,
  },
  {
    id: 'night-verge',
    title: 'Night Verge',
    about: 'The road again, after the last bus.',
    price: '0.45',
    ink: '#d8e2c4',
    paper: '#182420',
    draw: meadow,
  },
]

/**
 * Draws a print.
 *
 * @param detail - `preview` leaves most lines out; what is sold is `full`.
 * @returns A whole SVG document.
 */
export function drawPrint({ id, title, ink, paper, draw }: Print, detail: 'preview' | 'full'): string {
  const lines = draw(chance(id), detail === 'full' ? 80 : 11)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}"><title>${title}</title><rect width="${width}" height="${height}" fill="${paper}"/><g fill="none" stroke="${ink}" stroke-width="${detail === 'full' ? 1.6 : 2.4}" stroke-linecap="round" stroke-linejoin="round">${lines}</g></svg>`
}
