// What the app shows of each recipe. How it is cooked is in secrets.ts, which only the till's side imports.

/** A recipe as everybody may see it. `minutes` at the stove. */
export type Recipe = Readonly<{ id: string; title: string; note: string; price: string; minutes: number; hue: number }>

/** The cook book. */
export const recipes: readonly Recipe[] = [
  {
    id: 'burnt-leeks',
    title: 'Burnt leeks, walnut and lemon',
    note: 'Black outside, sweet within. Leave the window open.',
    price: '0.06',
    minutes: 35,
    hue: 96,
  },
  {
    id: 'tea-eggs',
    title: 'Tea eggs for a long train',
    note: 'Better cold, better on the second day, best after Doncaster.',
    price: '0.04',
    minutes: 20,
    hue: 28,
  },
  {
    id: 'rye-porridge',
    title: 'Rye porridge with brown butter',
    note: 'For the morning after the clocks go back.',
    price: '0.04',
    minutes: 25,
    hue: 44,
  },
  {
    id: 'quick-pickle',
    title: 'A pickle while the kettle boils',
    note: 'Four minutes, one jar, whatever is crunchy.',
    price: '0.03',
    minutes: 4,
    hue: 342,
  },
]
