/** One request to a till and what came of it; on the pay path, so it is `fetch` alone. Called by look, pay, reopen, recover. */
import { isTuppenceError, limits, parseChallenges } from '@tuppence/protocol'
import type { Fetch, TillAnswer, TillClient } from '../ports.ts'
import { readText, undecided } from './body.ts'

/** As `acceptPaymentValue` in the protocol's till-api, whose schemas a frame does not need. */
const acceptPayment = 'cashu/charge'

/** What a till may say of a failure that is not its own, or not the payment's. */
const culprits = ['mint-unavailable', 'content-unavailable', 'overloaded', 'shutting-down'] as const

/**
 * Makes the till client.
 *
 * @param fetch - Defaults to the global one.
 */
export function tillClient(fetch: Fetch = (input, init) => globalThis.fetch(input, init)): TillClient {
  return async ({ method, url, headers, body, signal }) => {
    const timeout = AbortSignal.timeout(limits.tillTimeoutMs)
    try {
      const response = await fetch(url, {
        method,
        headers: {
          'Accept-Payment': acceptPayment,
          ...headers,
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body }),
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
        referrerPolicy: 'no-referrer',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      })
      const date = Date.parse(response.headers.get('date') ?? '')
      return { ...(await readAnswer(response)), nowMs: date || undefined }
    } catch (error) {
      if (signal?.aborted) return { status: 'unknown', code: 'cancelled' }
      if (isTuppenceError(error)) return { status: 'unknown', code: error.code }
      return { status: 'unknown', code: timeout.aborted ? 'till-timeout' : 'till-unavailable' }
    }
  }
}

async function readAnswer(response: Response): Promise<TillAnswer> {
  const { status, ok, headers } = response
  if (ok) {
    return {
      status: 'content',
      contentType: headers.get('content-type') ?? 'text/plain',
      body: await readText(response, limits.contentBytesMax),
      receipt: headers.get('payment-receipt') ?? undefined,
      standing: headers.get('tuppence-standing') ?? undefined,
    }
  }
  if (undecided.has(status)) return { status: 'unknown', code: 'payment-in-progress' }
  const { reason = `http-${status}`, detail } = await readReason(response)
  if (status >= 500) return { status: 'unknown', code: culprits.find((code) => code === reason) ?? 'till-unavailable' }
  if (status !== 402) return { status: 'refused', reason, detail }
  try {
    return { status: 'challenge', reason, challenges: parseChallenges(headers.get('www-authenticate') ?? '') }
  } catch {
    return { status: 'challenge', reason: 'malformed-challenge', challenges: [] }
  }
}

/** The code in problem details: ours, or the last part of the type's URI. A body that breaks off says nothing. */
async function readReason(response: Response): Promise<{ reason?: string; detail?: string | undefined }> {
  try {
    const { code, type, details } = JSON.parse(await readText(response, limits.bodyBytesMax)) as {
      code?: unknown
      type?: unknown
      details?: { code?: string; reason?: string }
    }
    const name = typeof code === 'string' ? code : typeof type === 'string' ? type.slice(type.lastIndexOf('/') + 1) : ''
    return /^[a-z0-9-]{1,64}$/.test(name) ? { reason: name, detail: details?.code ?? details?.reason } : {}
  } catch {
    return {}
  }
}
