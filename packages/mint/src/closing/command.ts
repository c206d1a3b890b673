// The command `tuppence-mint wind-down`: says how it stands, announces an end, or takes that back; command-parts.ts lists it.

import type { CommandCall, CommandPart } from '../command-part.ts'
import { openMint, type Opened } from '../mint.ts'
import { openOffice, type Office } from '../office/office.ts'
import { openClosing, outstandingOf, readWindDown, totalsOf, writeWindDown, type Closing } from './closing.ts'

const dayMs = 86_400_000
/** Readers and publishers get at least this long, unless `--short-notice` says that it cannot be. */
const noticeDaysMin = 30
const textCharsMax = 500
const restByDefault = 'What is left then can no longer be spent or withdrawn here; ask the operator what becomes of it.'

/** Winds a mint down. A mint that is serving follows within seconds. */
export const windDownCommand: CommandPart = {
  usage: [
    'wind-down [--until YYYY-MM-DD [--notice TEXT] [--rest TEXT] [--short-notice]] [--cancel] [--config mint.json]',
  ],
  options: {
    until: { type: 'string' },
    notice: { type: 'string' },
    rest: { type: 'string' },
    'short-notice': { type: 'boolean' },
    cancel: { type: 'boolean' },
  },
  run: async (call) => {
    if (call.words[0] !== 'wind-down' || call.words.length > 1) return undefined
    const office = await openOffice(call.config)
    try {
      const closing = await openClosing(office)
      const opened = await openMint(call.config, {}, { closing })
      try {
        return await run(call, { office, closing, opened })
      } finally {
        await opened.ledger.close()
      }
    } finally {
      await office.close()
    }
  },
}

interface Parts {
  readonly office: Office
  readonly closing: Closing
  readonly opened: Opened
}

async function run(call: CommandCall, parts: Parts): Promise<number> {
  const { values, proc } = call
  if (values['until'] === undefined && values['cancel'] !== true) return say(call, parts)
  const nowMs = parts.opened.ports.clock.nowMs()
  if (values['cancel'] === true) {
    if (parts.closing.current() === undefined || values['until'] !== undefined) {
      proc.stderr.write('tuppence-mint: wind-down: there is nothing to cancel\n')
      return 2
    }
    await writeWindDown(parts.office, { step: 'open', until_ms: 0, notice: '', rest: '' }, nowMs)
    return follow(call, parts)
  }
  const step = stepOf(call, parts, nowMs)
  if (typeof step === 'string') {
    proc.stderr.write(`tuppence-mint: wind-down: ${step}\n`)
    return 2
  }
  await writeWindDown(parts.office, { step: 'closing', ...step }, nowMs)
  return follow(call, parts)
}

/** What was asked for, or what is wrong with it. */
function stepOf({ values }: CommandCall, { closing }: Parts, nowMs: number) {
  const [until, notice = '', rest = restByDefault] = [values['until'], values['notice'], values['rest']].map((value) =>
    typeof value === 'string' ? value.trim() : undefined,
  )
  const startsMs = /^\d{4}-\d\d-\d\d$/.test(until ?? '') ? Date.parse(`${until}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(startsMs) || new Date(startsMs).toISOString().slice(0, 10) !== until)
    return '--until takes a day, YYYY-MM-DD'
  if (notice.length > textCharsMax || rest.length > textCharsMax) return `texts have at most ${textCharsMax} characters`
  // The day itself is the last one.
  const untilMs = startsMs + dayMs
  const announcedMs = closing.current()?.untilMs
  const isShort = untilMs < nowMs + noticeDaysMin * dayMs || (announcedMs !== undefined && untilMs < announcedMs)
  if (untilMs <= nowMs) return 'that day is over'
  if (isShort && values['short-notice'] !== true)
    return `that is less than ${noticeDaysMin} days, or earlier than was announced; --short-notice does it all the same`
  return { until_ms: untilMs, notice, rest }
}

/** Makes keysets that end with the mint (or, after a cancel, that do not): an id says when its coins end, so old ones keep theirs. */
async function follow(call: CommandCall, parts: Parts): Promise<number> {
  await parts.closing.refresh()
  for (const unit of call.config.units) await parts.opened.keyring.rotate(unit)
  return say(call, parts)
}

async function say({ proc }: CommandCall, { office, opened: { ledger } }: Parts): Promise<number> {
  const closing = await readWindDown(office)
  const outstanding = await outstandingOf(ledger)
  const owed: Record<string, number> = {}
  for (const { id } of await ledger.accounts())
    for (const { unit, balance } of await ledger.balances(`publisher:${id}`)) owed[unit] = (owed[unit] ?? 0) + balance
  proc.stdout.write(
    `${JSON.stringify({
      event: closing === undefined ? 'open' : 'winding-down',
      ...(closing === undefined
        ? {}
        : { until: new Date(closing.untilMs).toISOString(), notice: closing.notice, rest: closing.rest }),
      outstanding: totalsOf(outstanding),
      owedToPublishers: owed,
      keysets: outstanding,
    })}\n`,
  )
  return 0
}
