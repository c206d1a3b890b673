// A thread that does curve arithmetic; pool.ts starts it and sends it jobs.

import { parentPort } from 'node:worker_threads'
import { nativeCurve } from './native.ts'
import { doJob, type Job } from './work.ts'

const curve = nativeCurve()
parentPort?.on('message', (job: Job) => parentPort?.postMessage(doJob(curve, job)))
