// The app: a shelf of puzzles, and a board to solve one on. What was bought is kept here, so that it needs no network.
import { places } from './places.js'

const shelf = document.getElementById('shelf')
const board = document.getElementById('board')
const grid = document.getElementById('grid')
const said = document.getElementById('said')

const kept = (id) => JSON.parse(localStorage.getItem(`puzzle ${id}`) ?? 'null')
const keep = (id, value) => localStorage.setItem(`puzzle ${id}`, JSON.stringify(value))

/** The shelf: what is owned has a button to play, the rest the wallet's. */
function draw({ id, title, price }) {
  const card = document.createElement('section')
  card.id = id
  const name = document.createElement('h2')
  name.textContent = title
  const note = document.createElement('p')
  card.append(name, note)
  const own = kept(id)
  if (own) {
    const play = document.createElement('button')
    play.type = 'button'
    play.className = 'play'
    play.textContent = own.solved ? 'Look again' : 'Play'
    play.addEventListener('click', () => open(id))
    note.textContent = own.solved ? 'Solved' : 'Ten by ten, yours'
    card.classList.toggle('solved', own.solved === true)
    card.append(play)
  } else {
    const element = document.createElement('tuppence-unlock')
    element.setAttribute('href', `/puzzle/${id}`)
    element.setAttribute('price', price)
    element.append(
      Object.assign(document.createElement('a'), { href: `/puzzle/${id}`, textContent: `${Math.round(price * 100)}¢` }),
    )
    note.textContent = 'Ten by ten'
    card.append(element)
  }
  const before = document.getElementById(id)
  if (before) before.replaceWith(card)
  else shelf.append(card)
}

const find = (id) => places.shelf.find((puzzle) => puzzle.id === id)

document.addEventListener('tuppence:success', (event) => {
  if (event.detail.contentType !== 'application/json') return
  const { id, rows, columns } = JSON.parse(event.detail.body)
  keep(id, { rows, columns, filled: [], solved: false })
  draw(find(id))
})

const runs = (line) => {
  const lengths = line
    .split('.')
    .map(({ length }) => length)
    .filter((length) => length > 0)
  return lengths.length === 0 ? [0] : lengths
}

/** The board: edges with numbers, a button for each square. */
function open(id) {
  const puzzle = kept(id)
  const { rows, columns } = puzzle
  const filled = new Set(puzzle.filled)
  document.getElementById('board-title').textContent = find(id).title
  grid.replaceChildren()
  grid.append(edge([], 'corner'), ...columns.map((clue) => edge(clue, 'top')))
  const lineOf = (cells) => cells.map((cell) => (filled.has(cell) ? '#' : '.')).join('')
  const check = () => {
    const right = (clue, cells) => String(runs(lineOf(cells))) === String(clue)
    const rowCells = rows.map((_, row) => columns.map((__, column) => row * columns.length + column))
    const columnCells = columns.map((_, column) => rows.map((__, row) => row * columns.length + column))
    rows.forEach((clue, row) =>
      grid.querySelectorAll('.side')[row].classList.toggle('right', right(clue, rowCells[row])),
    )
    columns.forEach((clue, column) =>
      grid.querySelectorAll('.top')[column].classList.toggle('right', right(clue, columnCells[column])),
    )
    puzzle.solved = grid.querySelectorAll('.right').length === rows.length + columns.length
    said.textContent = puzzle.solved ? 'That is it.' : ''
  }
  rows.forEach((clue, row) => {
    grid.append(edge(clue, 'side'))
    columns.forEach((_, column) => {
      const cell = row * columns.length + column
      const square = document.createElement('button')
      square.type = 'button'
      square.className = 'square'
      square.setAttribute('aria-label', `line ${row + 1}, column ${column + 1}`)
      square.setAttribute('aria-pressed', filled.has(cell))
      square.addEventListener('click', () => {
        if (!filled.delete(cell)) filled.add(cell)
        square.setAttribute('aria-pressed', filled.has(cell))
        check()
        keep(id, { ...puzzle, filled: [...filled] })
        draw(find(id))
      })
      grid.append(square)
    })
  })
  check()
  board.showModal()
}

function edge(clue, className) {
  const cell = document.createElement('span')
  cell.className = className
  for (const number of clue) cell.append(Object.assign(document.createElement('i'), { textContent: number }))
  return cell
}

document.getElementById('done').addEventListener('click', () => board.close())
places.shelf.forEach(draw)
// Without a network there is no wallet, and what is owned needs none.
const network = (there) => document.body.classList.toggle('offline', !there)
network(navigator.onLine)
addEventListener('online', () => network(true))
addEventListener('offline', () => network(false))
import(`${places.wallet}/tuppence.js`).catch(() => network(false))
navigator.serviceWorker?.register('/sw.js')
