// What some territories may not reach for without importing it: clocks, chance, network, storage, the page.

type GlobalBan = { name: string; message: string }

/** Files (globs from the root), the globals they may not use, and properties likewise. */
export type GlobalTerritory = {
  name: string
  files: string[]
  globals: GlobalBan[]
  properties: { object: string; property: string; message: string }[]
}

const forEach = (names: string, message: string): GlobalBan[] => names.split(' ').map((name) => ({ name, message }))

const chance = [
  {
    object: 'Math',
    property: 'random',
    message: 'Take chance from the Random port: a test must be able to say what it was.',
  },
  {
    object: 'crypto',
    property: 'getRandomValues',
    message: 'Take chance from the Random port: a test must be able to say what it was.',
  },
  {
    object: 'crypto',
    property: 'randomUUID',
    message: 'Take chance from the Random port: a test must be able to say what it was.',
  },
]
const page = forEach(
  'document window navigator location history localStorage sessionStorage customElements HTMLElement',
  'This package runs whole in Node, a worker or a page: no DOM.',
)
const nodeOnly = forEach('process Buffer __dirname require', 'This package also runs in a page: no Node.')

/** Every territory with banned globals; adapters are taken out again below. */
export const globalTerritories: GlobalTerritory[] = [
  {
    name: 'protocol',
    files: ['packages/protocol/src/**'],
    globals: [
      ...page,
      ...nodeOnly,
      ...forEach(
        'fetch XMLHttpRequest WebSocket indexedDB setTimeout setInterval',
        'protocol does no I/O and waits for nothing.',
      ),
    ],
    properties: [
      { object: 'Math', property: 'random', message: 'Not for anything that two parties agree on.' },
      { object: 'Date', property: 'now', message: 'The caller says what time it is, in milliseconds.' },
    ],
  },
  {
    name: 'core',
    files: ['packages/core/src/**'],
    globals: [
      ...page,
      ...nodeOnly,
      ...forEach(
        'Date performance',
        'Time comes from the Clock port: no money decision on a clock that a test cannot set.',
      ),
      ...forEach('fetch XMLHttpRequest WebSocket', 'HTTP is for clients/, which get their fetch as a port.'),
      ...forEach('indexedDB', 'Storage is for db/, behind the Db port.'),
      ...forEach(
        'setTimeout setInterval requestIdleCallback',
        'Waiting goes through the Clock port, so that a test need not wait.',
      ),
    ],
    properties: chance,
  },
]

/** Adapters: the only files of core where the outside world comes in. */
export const adapters: string[] = [
  'packages/core/src/db/**',
  'packages/core/src/clients/**',
  'packages/core/src/node.ts',
  'packages/core/src/adapters/**',
]
