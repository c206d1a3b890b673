// Curve arithmetic on threads, once there is more of it than one request brings: a burst of signing must not keep everybody
// else waiting for the one that answers (p99 of 1.5 s against 0.1 s); mint.ts opens it where there is more than one core.

import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Log } from '../ports.ts'
import type { BlindSigned, MintCurve } from './port.ts'
import { jobError, workHere, type CurveWork, type Job, type JobResult } from './work.ts'

/** Lists at once before threads are worth their start. */
const listsBeforeThreads = 8
const threadsMax = 8

interface Waiting {
  readonly job: Job
  readonly resolve: (items: never) => void
  readonly reject: (error: Error) => void
}

interface Thread {
  readonly worker: Worker
  readonly waiting: Map<number, Waiting>
}

/** How many threads this machine, or what of it this process may use, has room for: none where there is one core. */
export function threadsHere(): number {
  const cores = availableParallelism()
  return cores < 2 ? 0 : Math.min(cores, threadsMax)
}

/** Opens a pool that starts its threads when it is first busy. A thread that ends has its lists done here. */
export function openCurvePool(curve: MintCurve, { threads: count, log }: { threads: number; log: Log }): CurveWork {
  const here = workHere(curve)
  if (count === 0 || curve.name !== 'native') return here
  let threads: Thread[] | undefined
  let lists = 0
  let jobs = 0
  let isClosed = false

  const start = (): Thread[] =>
    Array.from({ length: count }, () => {
      const thread: Thread = { worker: startThread(), waiting: new Map() }
      thread.worker.on('message', (result: JobResult) => {
        const waiting = thread.waiting.get(result.id)
        thread.waiting.delete(result.id)
        if ('code' in result) waiting?.reject(jobError(result.code))
        else waiting?.resolve(result.items as never)
      })
      const lost = () => {
        threads = threads?.filter((each) => each !== thread)
        if (!isClosed) log('error', 'curve-thread-ended', { left: threads?.length ?? 0 })
        for (const waiting of thread.waiting.values()) finishHere(here, waiting)
        thread.waiting.clear()
      }
      thread.worker.on('error', () => {})
      thread.worker.on('exit', lost)
      thread.worker.unref()
      return thread
    })

  const send = <T>(make: (id: number) => Job, inline: () => Promise<T>): Promise<T> => {
    lists++
    if (threads === undefined && lists >= listsBeforeThreads && !isClosed) threads = start()
    const thread = threads?.reduce<Thread | undefined>(
      (least, each) => (least === undefined || each.waiting.size < least.waiting.size ? each : least),
      undefined,
    )
    const done =
      thread === undefined || isClosed
        ? inline()
        : new Promise<T>((resolve, reject) => {
            const job = make(jobs++)
            thread.waiting.set(job.id, { job, resolve, reject })
            thread.worker.postMessage(job)
          })
    return done.finally(() => lists--)
  }
  return {
    check: (items) =>
      send<readonly (string | undefined)[]>(
        (id) => ({ id, kind: 'check', items }),
        () => here.check(items),
      ),
    sign: (items) =>
      send<readonly BlindSigned[]>(
        (id) => ({ id, kind: 'sign', items }),
        () => here.sign(items),
      ),
    close: async () => {
      isClosed = true
      await Promise.all((threads ?? []).map(({ worker }) => worker.terminate()))
    },
  }
}

/** The thread's file is beside this one, as source or as built; from source it must find the packages' sources too. */
function startThread(): Worker {
  const isSource = import.meta.url.endsWith('.ts')
  return new Worker(new URL(isSource ? './thread.ts' : './thread.js', import.meta.url), {
    execArgv: isSource ? ['--conditions=@tuppence/source', '--disable-warning=ExperimentalWarning'] : [],
  })
}

function finishHere(here: CurveWork, { job, resolve, reject }: Waiting): void {
  const done: Promise<unknown> = job.kind === 'check' ? here.check(job.items) : here.sign(job.items)
  done.then((items) => resolve(items as never), reject)
}
