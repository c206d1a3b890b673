// The arrows between packages, and between the layers inside core, as one table; oxlint.config.ts turns it into rules
// and arrows.test.ts breaks each of them once.

/** One kind of import that some files may not have, and what to do instead. */
export type Ban = { regex: string; message: string }

/** A set of files (globs from the root) and all that they may not import. Later territories replace earlier ones. */
export type Territory = { name: string; files: string[]; bans: Ban[] }

const toPackage = (names: string, message: string): Ban => ({ regex: `^@tuppence/(${names})(/|$)`, message })

/** A relative import that ends in, or passes through, one of these folders or files of core/src. */
const toLayer = (layers: string, message: string): Ban => ({
  regex: `^\\.{1,2}/(\\.\\./)*(${layers})(/|\\.ts$|\\.js$|$)`,
  message,
})

const everywhere: Ban[] = [
  {
    regex: '^(\\.\\./)+(packages/)?(protocol|core|widget|embed|mint|till|cli)/(src|dist)(/|$)',
    message: 'Import another package by its name (@tuppence/protocol), through the entries its package.json exports.',
  },
  {
    regex: '^@tuppence/[^/]+/(src|dist)(/|$)',
    message: 'Only the entries that a package exports are public. If something is missing there, export it there.',
  },
]

const node: Ban = {
  regex: '^node:',
  message: 'This code also runs in a page. What needs Node goes behind a port, in an adapter such as core/db/node.',
}
const screen: Ban = {
  regex: '^(preact|@preact/|@nanostores/preact)',
  message: 'Only widget draws. Everything else must run without a screen.',
}

const protocol: Ban[] = [
  ...everywhere,
  toPackage(
    'core|widget|embed|mint|till',
    'protocol is what two parties agree on, so it knows neither of them. Move the shared thing down into protocol.',
  ),
  {
    regex: '^(ky|hono|idb|nanostores)(/|$)',
    message: 'protocol does no I/O and keeps no state: shapes, encodings, arithmetic.',
  },
  node,
  screen,
]

const payPath: Ban[] = [
  ...protocol,
  {
    regex: '^(@noble/(curves|secp256k1)|\\.{1,2}/(\\.\\./)*crypto/)',
    message:
      'Paying needs no curve, and nobody should load one to pay. Curve code is its own entry, @tuppence/protocol/crypto.',
  },
]

const coreInNode: Ban[] = [
  ...everywhere,
  toPackage(
    'widget|embed|mint|till',
    'core is the wallet alone: it speaks to mints and tills over HTTP, by the tables in protocol, and widget draws it.',
  ),
  screen,
]
const core: Ban[] = [...coreInNode, node]

const dbLayer = toLayer(
  'wallet|index|actions|clients|state',
  'A storage stores. What is stored, and when, is for an action.',
)
const pure = toLayer(
  'wallet|index|actions|clients|db|state',
  'coins, payment and budget are pure: values in, values out. I/O happens in actions, through ports.',
)

const inCore = (name: string) => [`packages/core/src/${name}.ts`, `packages/core/src/${name}/**`]

/** Every territory, the general before the special. */
export const territories: Territory[] = [
  { name: 'everywhere', files: ['**'], bans: everywhere },
  { name: 'protocol', files: ['packages/protocol/src/**'], bans: protocol },
  {
    name: 'protocol outside crypto',
    files: ['packages/protocol/src/*.ts', 'packages/protocol/src/payment-auth/**'],
    bans: payPath,
  },
  { name: 'core', files: ['packages/core/src/**'], bans: core },
  {
    name: 'core actions',
    files: inCore('actions'),
    bans: [
      ...core,
      toLayer(
        'wallet|index|clients|db',
        'An action gets its database and clients as ports, in its first argument; wallet.ts hands them over.',
      ),
    ],
  },
  {
    name: 'core clients',
    files: inCore('clients'),
    bans: [
      ...core,
      toLayer(
        'wallet|index|actions|db|state',
        'A client turns one call into one HTTP exchange. What to do with the answer is for an action.',
      ),
    ],
  },
  { name: 'core db', files: inCore('db'), bans: [...core, dbLayer] },
  { name: 'core db node', files: [...inCore('db/node'), ...inCore('node')], bans: [...coreInNode, dbLayer] },
  {
    name: 'core state',
    files: inCore('state'),
    bans: [
      ...core,
      toLayer('wallet|index|actions|clients|db', 'A store is told what happened; it does no I/O and starts nothing.'),
    ],
  },
  { name: 'core coins', files: inCore('{coins,choose-coins,select-net,fees,rules}'), bans: [...core, pure] },
  { name: 'core payment', files: inCore('payment'), bans: [...core, pure] },
  { name: 'core budget', files: inCore('budget'), bans: [...core, pure] },
  {
    name: 'core ports',
    files: inCore('ports'),
    bans: [
      ...core,
      toLayer(
        'wallet|index|actions|clients|db|state|coins|payment|budget',
        'ports are types that everything else is written against, so they import nothing of core.',
      ),
    ],
  },
  {
    name: 'widget',
    files: ['packages/widget/src/**'],
    bans: [
      ...everywhere,
      toPackage(
        'embed',
        "embed lives in the publisher's page, widget at the wallet's origin; they share only protocol/bridge.",
      ),
      toPackage('mint|till', 'The widget asks core; core asks the mint and the till over HTTP.'),
      node,
    ],
  },
  {
    name: 'mint',
    files: ['packages/mint/src/**'],
    bans: [
      ...everywhere,
      toPackage(
        'core|widget|embed|till',
        'The mint knows coins and accounts. Wallets and tills are outside it, and speak HTTP.',
      ),
      screen,
    ],
  },
  {
    name: 'till',
    files: ['packages/till/src/**'],
    bans: [
      ...everywhere,
      toPackage(
        'widget|embed|mint',
        'The till speaks to the mint over HTTP, to readers by the Payment scheme; shared shapes live in protocol.',
      ),
      toPackage(
        'core',
        'A till hands coins to the mint and keeps none. If it ever needs a wallet: an ADR first, then take this line out.',
      ),
      screen,
    ],
  },
  {
    name: 'cli',
    files: ['packages/cli/src/**'],
    bans: [
      ...everywhere,
      toPackage(
        'core',
        'The command is for who sells: it seals, and starts tills. What pays is a wallet, and lives apart.',
      ),
      screen,
    ],
  },
  {
    // A test may set up the other side for real (a wallet against a mint), but only through public entries.
    name: 'tests',
    files: ['**/*.test.ts', '**/*.test.tsx', '**/testing/**', 'packages/core/src/db/contract.ts'],
    bans: everywhere,
  },
  {
    // Last, so that it holds for embed's tests too.
    name: 'embed',
    files: ['packages/embed/src/**'],
    bans: [
      ...everywhere,
      toPackage(
        'core|widget',
        "embed runs in the publisher's page, where no coin and no key may ever be. Ask the frame, by a message in protocol/bridge.",
      ),
      toPackage('mint|till', 'embed speaks to the frame and to nobody else.'),
      toPackage('protocol/crypto', "No key and no coin in the publisher's page, so no curve either."),
      {
        regex: '^(preact|@preact/|@nanostores/|nanostores|ky|idb|@noble/|@scure/)',
        message: 'embed has 4 KB and no dependency but protocol.',
      },
      node,
    ],
  },
]
