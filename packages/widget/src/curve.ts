// Starts the worker for curve arithmetic, when coins have to be made: at top-up, change and restore, never to pay.
import type { CurvePort } from '@tuppence/core'
import { connectCurve } from '@tuppence/core/curve-worker'

type Rules = { createScriptURL: (url: string) => string }
type Policies = { createPolicy: (name: string, rules: Rules) => Rules }

let port: Promise<CurvePort> | undefined

/** The one worker of this page. */
export function curveInWorker(): Promise<CurvePort> {
  port ??= import('./curve-worker.ts?worker&url').then(({ default: url }) =>
    connectCurve(new Worker(trusted(url), { type: 'module' })),
  )
  return port
}

/** The page's Trusted Types allow this one script URL and no other text to become code. */
function trusted(url: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: Policies }
  const policy = trustedTypes?.createPolicy('tuppence', {
    createScriptURL: (asked) => {
      if (asked !== url) throw new TypeError('not the curve worker')
      return asked
    },
  })
  return policy?.createScriptURL(url) ?? url
}
