/** Puts something that answers requests behind a socket of this machine; a street's parts stand on it. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { nodeTill } from '@tuppence/till/node'
import { Mistake } from '../problem.ts'

/** What answers: nothing means 404. */
export type Answer = (request: Request) => Response | undefined | Promise<Response | undefined>

/** A socket with nothing behind it yet: requests wait until `answer` is given. */
export type Stand = Readonly<{ port: number; open: (answer: Answer) => void; close: () => Promise<void> }>

/**
 * Listens, on loopback unless told otherwise.
 *
 * @param port - 0 takes a free one.
 * @throws {Mistake} The port is taken.
 */
export async function listen(port: number, what: string, host = '127.0.0.1'): Promise<Stand> {
  const ready = Promise.withResolvers<Answer>()
  const listener = nodeTill({ handle: async (request) => (await ready.promise)(request) })
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing))
  await started(server, { port, host, what })
  return {
    port: (server.address() as AddressInfo).port,
    open: (answer) => ready.resolve(answer),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function started(
  server: Server,
  { port, host, what }: Readonly<{ port: number; host: string; what: string }>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Mistake(
          `port ${port} for the ${what} ${error.code === 'EADDRINUSE' ? 'is in use' : `can't be had (${error.code})`}`,
        ),
      ),
    )
    server.listen(port, host, () => resolve())
  })
}
