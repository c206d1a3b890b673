// Which ports the demo uses: defaults, then environment, then flags; and that nobody else is on them. The launcher asks.
import { createServer, type AddressInfo } from 'node:net'

/** The four processes of the demo. */
export const parts = ['mint', 'news', 'blog', 'wallet'] as const
/** One of them. */
export type Part = (typeof parts)[number]
/** A port for each. */
export type Ports = Record<Part, number>

/** Where a reader expects them. */
export const usualPorts: Ports = { wallet: 4040, news: 4041, blog: 4042, mint: 4043 }

/** Name of the environment variable that moves a part: TUPPENCE_NEWS_PORT. */
export const portVariable = (part: Part): string => `TUPPENCE_${part.toUpperCase()}_PORT`

/**
 * Reads ports from text.
 *
 * @param text - From a flag or a variable; undefined leaves the usual port. `0` means any free one.
 * @throws {Error} Not a port, or one port twice.
 */
export function readPorts(text: (part: Part) => string | undefined): Ports {
  const entries = parts.map((part): [Part, number] => {
    const given = text(part)
    if (given !== undefined && !(/^\d{1,5}$/.test(given) && Number(given) < 65_536))
      throw new Error(`${given} is not a port for the ${part}: 1 to 65535, or 0 for any free one`)
    return [part, given === undefined ? usualPorts[part] : Number(given)]
  })
  const taken = new Map<number, Part>()
  for (const [part, port] of entries) {
    const other = taken.get(port)
    if (port !== 0 && other !== undefined)
      throw new Error(`port ${port} was given to both the ${other} and the ${part}`)
    taken.set(port, part)
  }
  return Object.fromEntries(entries) as Ports
}

/**
 * Makes sure that every port is free, and replaces 0 by a free one.
 *
 * @throws {Error} A port is in use; the message names port, part, and how to move it.
 */
export async function claimPorts(wanted: Ports): Promise<Ports> {
  const held: Awaited<ReturnType<typeof hold>>[] = []
  try {
    for (const part of parts) held.push(await hold(part, wanted[part]))
    return Object.fromEntries(held.map(({ part, port }) => [part, port])) as Ports
  } finally {
    // Held until all are chosen, so that no two get the same.
    await Promise.all(held.map(({ release }) => release()))
  }
}

function hold(part: Part, port: number): Promise<{ part: Part; port: number; release: () => Promise<void> }> {
  const server = createServer()
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'is in use' : `can't be had (${cause.code})`
      reject(
        new Error(
          `port ${port} of the ${part} ${why}: stop what is on it, or choose another with --${part}-port or ${portVariable(part)}`,
          { cause },
        ),
      )
    })
    server.listen(port, '127.0.0.1', () => {
      const release = () => new Promise<void>((done) => server.close(() => done()))
      resolve({ part, port: (server.address() as AddressInfo).port, release })
    })
  })
}
