// What a till offers besides the price, and how a reader stands with it: two small dictionaries of text; till writes, wallet reads.

/** What a cap or a free article counts in: calendar days, weeks from Monday, months; all UTC. */
export type Period = 'day' | 'week' | 'month'

/**
 * A publisher's terms, the same for every reader: `opaque.terms` of a challenge, bound by its id.
 *
 * - `free`: articles that a new reader key is granted in a period.
 * - `cap`: the most that a reader pays for articles in a period, minor units; what comes after costs nothing.
 * - `refundSeconds`: how long after paying a reader may give an article back.
 * - `passes`: paths of the passes on sale.
 */
export type Terms = {
  readonly free?: { readonly count: number; readonly per: Period }
  readonly cap?: { readonly amount: number; readonly per: Period }
  readonly refundSeconds?: number
  readonly passes?: readonly string[]
}

/** Why a till opened something without being paid for it now: bought before, granted, or covered by a pass or a reached cap. */
export type Via = 'paid' | 'grant' | 'pass' | 'cap'

/**
 * How a reader key stands with a till, as of a signed request that it answered.
 *
 * - `via`: why the answer was given. `free`: articles that are left to be granted in this period.
 * - `spent`: minor units paid for articles in the cap's period. `until`: Unix seconds until which a pass or a reached cap
 *   covers everything.
 */
export type Standing = {
  readonly via?: Via
  readonly free?: number
  readonly spent?: number
  readonly until?: number
}

/** The response header with a Standing. Exposed to scripts of other origins (tillCors). */
export const standingHeader = 'tuppence-standing'

/** The request header by which a wallet asks for something: `grant`, a free article. Covered by the request's signature. */
export const askHeader = 'tuppence-ask'

const vias: readonly string[] = ['paid', 'grant', 'pass', 'cap'] satisfies Via[]
const periods: readonly string[] = ['day', 'week', 'month'] satisfies Period[]

/**
 * Reads terms. Members that are not known, or not of their type, are passed over.
 *
 * @param text - A dictionary of RFC 8941: `free=3;per=month, cap=200;per=month, refund=600, pass="/pass/day"`.
 * @see RFC 8941 section 3.2
 */
export function parseTerms(text: string | undefined): Terms {
  const { free, cap, refund, pass } = members(text)
  const passes = pass && [...pass.value.matchAll(/"([^"\\]*)"/g)].map(([, path = '']) => path)
  return {
    ...(isPeriodic(free) && { free: { count: Number(free.value), per: free.per } }),
    ...(isPeriodic(cap) && { cap: { amount: Number(cap.value), per: cap.per } }),
    ...(isWhole(refund) && { refundSeconds: Number(refund.value) }),
    ...(passes?.length && { passes }),
  }
}

/** Writes terms; `undefined` when there are none. */
export function formatTerms({ free, cap, refundSeconds, passes = [] }: Terms): string | undefined {
  const quoted = passes.map((path) => `"${path}"`)
  const texts = [
    free && `free=${free.count};per=${free.per}`,
    cap && `cap=${cap.amount};per=${cap.per}`,
    refundSeconds !== undefined && `refund=${refundSeconds}`,
    quoted.length > 0 && `pass=${quoted.length === 1 ? quoted[0] : `(${quoted.join(' ')})`}`,
  ].filter(Boolean)
  return texts.length === 0 ? undefined : texts.join(', ')
}

/** Reads a standing: `via=cap, free=2, spent=190, until=1798761599`. What is not known is passed over. */
export function parseStanding(text: string | undefined): Standing {
  const { via, free, spent, until } = members(text)
  return {
    ...(via && vias.includes(via.value) && { via: via.value as Via }),
    ...(isWhole(free) && { free: Number(free.value) }),
    ...(isWhole(spent) && { spent: Number(spent.value) }),
    ...(isWhole(until) && { until: Number(until.value) }),
  }
}

/** Writes a standing. */
export function formatStanding(standing: Standing): string {
  return (['via', 'free', 'spent', 'until'] as const)
    .flatMap((name) => (standing[name] === undefined ? [] : `${name}=${standing[name]}`))
    .join(', ')
}

type Member = { readonly value: string; readonly per?: string }

// A member: its key, then a string, an inner list, or anything up to the next comma or parameter; then parameters.
const member =
  /([a-z*][a-z0-9_.*-]*)(?:=("(?:[^"\\]|\\.)*"|\((?:[^()"]|"[^"]*")*\)|[^,;"()\s]+))?((?:\s*;[^,;]*)*)\s*(?:,|$)/y

/** The members of a dictionary up to the first fault; of two with one name the last counts. */
function members(text = ''): Partial<Record<string, Member>> {
  const found: Record<string, Member> = Object.create(null)
  const trimmed = text.trim()
  member.lastIndex = 0
  for (let match = member.exec(trimmed); match; match = member.exec(trimmed)) {
    const [, name = '', value = '', parameters = ''] = match
    const per = /;\s*per=(\w+)/.exec(parameters)?.[1]
    found[name] = { value, ...(per !== undefined && { per }) }
    while (trimmed[member.lastIndex] === ' ') member.lastIndex++
  }
  return found
}

function isWhole(one: Member | undefined): one is Member {
  return one !== undefined && /^\d{1,15}$/.test(one.value)
}

function isPeriodic(one: Member | undefined): one is Member & { readonly per: Period } {
  return isWhole(one) && periods.includes(one.per ?? '')
}

const dayMs = 86_400_000

/**
 * The period that a moment lies in.
 *
 * @param ms - Unix milliseconds.
 * @returns Its first millisecond, and that of the next one.
 */
export function periodOf(ms: number, per: Period): { readonly startMs: number; readonly endMs: number } {
  const at = new Date(ms)
  if (per === 'month') {
    const start = (months: number) => Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months)
    return { startMs: start(0), endMs: start(1) }
  }
  const days = per === 'day' ? 1 : 7
  const today = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate())
  // getUTCDay counts from Sunday.
  const startMs = per === 'day' ? today : today - ((at.getUTCDay() + 6) % 7) * dayMs
  return { startMs, endMs: startMs + days * dayMs }
}
