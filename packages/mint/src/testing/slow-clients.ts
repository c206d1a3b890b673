// Sockets that dawdle, and how long honest requests take beside them; slow-clients.test.ts and the benchmark use it.

import { connect, type Socket } from 'node:net'
import { Agent, request } from 'node:http'

const honestRequests = 600
const honestAtOnce = 4
/** A byte now and then keeps a socket looking alive; each is closed by the mint in the end, and opened again. */
const dribbleMs = 400

/** Opens sockets that send a request's head byte by byte, and opens each again that the mint has closed. */
export async function dawdle(port: number, sockets: number): Promise<{ opened: () => number; stop: () => void }> {
  const open = new Set<Socket>()
  let opened = 0
  let stopped = false
  const start = (ready?: () => void) => {
    const socket = connect(port, '127.0.0.1', () => {
      opened++
      socket.write('POST /v1/swap HTTP/1.1\r\nHost: x\r\nX-')
      ready?.()
    })
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      open.delete(socket)
      if (!stopped) start()
    })
    socket.resume()
  }
  await Promise.all(Array.from({ length: sockets }, () => new Promise<void>((resolve) => start(resolve))))
  const dribble = setInterval(() => {
    for (const socket of open) if (socket.writable) socket.write('a')
  }, dribbleMs)
  return {
    opened: () => opened,
    stop: () => {
      stopped = true
      clearInterval(dribble)
      for (const socket of open) socket.destroy()
    },
  }
}

/** Times honest requests, a few at once. @returns The 99th percentile, in milliseconds. */
export async function honestP99(port: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: honestAtOnce })
  const body = JSON.stringify({ Ys: ['02'.padEnd(66, '1')] })
  const headers = { 'content-type': 'application/json', 'content-length': body.length }
  const ask = () =>
    new Promise<number>((resolve, reject) => {
      const startedMs = performance.now()
      const asked = request(
        { port, agent, host: '127.0.0.1', method: 'POST', path: '/v1/checkstate', headers },
        (answer) => {
          answer.resume().on('end', () => {
            if (answer.statusCode === 200) resolve(performance.now() - startedMs)
            else reject(new Error(`${answer.statusCode}`))
          })
        },
      )
      asked.on('error', reject)
      asked.end(body)
    })
  const times: number[] = []
  await Promise.all(
    Array.from({ length: honestAtOnce }, async () => {
      while (times.length < honestRequests) times.push(await ask())
    }),
  )
  agent.destroy()
  return times.toSorted((x, y) => x - y)[Math.ceil(times.length * 0.99) - 1] ?? Number.NaN
}
