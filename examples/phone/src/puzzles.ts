// The puzzles: pictures of ten by ten squares. What a player gets are the numbers at the edges; the picture is theirs to find.

/** A puzzle as the shelf shows it. */
export type Puzzle = Readonly<{ id: string; title: string; price: string; picture: readonly string[] }>

/** Lengths of filled runs, line by line and column by column. */
export type Clues = Readonly<{ id: string; title: string; rows: readonly number[][]; columns: readonly number[][] }>

/** The shelf. `#` is a filled square. */
export const puzzles: readonly Puzzle[] = [
  {
    id: 'kettle',
    title: 'Every morning',
    price: '0.03',
    picture: [
      '...####...',
      '..#....#..',
      '...####...',
      '..######..',
      '.########.',
      '##########',
      '##########',
      '.########.',
      '.########.',
      '..######..',
    ],
  },
  {
    id: 'boat',
    title: 'On the pond',
    price: '0.03',
    picture: [
      '....#.....',
      '....##....',
      '....###...',
      '....####..',
      '....#####.',
      '....#.....',
      '##########',
      '.########.',
      '..######..',
      '..........',
    ],
  },
  {
    id: 'cat',
    title: 'Not yours',
    price: '0.03',
    picture: [
      '#....#....',
      '##..##....',
      '######....',
      '#.##.#...#',
      '######...#',
      '.####....#',
      '..####..##',
      '..#######.',
      '..######..',
      '..#.##.#..',
    ],
  },
  {
    id: 'key',
    title: 'Under the pot',
    price: '0.05',
    picture: [
      '..####....',
      '.##..##...',
      '.#....#...',
      '.##..##...',
      '..####....',
      '...##.....',
      '...##.....',
      '...####...',
      '...##.....',
      '...####...',
    ],
  },
  {
    id: 'tree',
    title: 'Before the snow',
    price: '0.05',
    picture: [
      '....##....',
      '...####...',
      '..######..',
      '...####...',
      '..######..',
      '.########.',
      '..######..',
      '##########',
      '....##....',
      '....##....',
    ],
  },
  {
    id: 'fish',
    title: 'The one that stayed',
    price: '0.05',
    picture: [
      '..........',
      '...####...',
      '..######.#',
      '.##.######',
      '##########',
      '########.#',
      '.######.##',
      '..####...#',
      '...##.....',
      '..........',
    ],
  },
]

const runs = (line: string): number[] => {
  const lengths = line.split('.').map(({ length }) => length)
  const filled = lengths.filter((length) => length > 0)
  return filled.length === 0 ? [0] : filled
}

/** What is sold. */
export function cluesOf({ id, title, picture }: Puzzle): Clues {
  const columns = [...(picture[0] ?? '')].map((_, column) => picture.map((row) => row[column] ?? '.').join(''))
  return { id, title, rows: picture.map(runs), columns: columns.map(runs) }
}
