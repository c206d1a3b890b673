// The wallet page's history: what was paid, to whom, and whether the mint's receipt for it is genuine.
import type { Db, HistoryEntry } from '@tuppence/core'
import type { PaymentReceipt } from '@tuppence/protocol'
import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { hostOf } from '../asking.ts'
import { money } from '../money.ts'
import { checkReceipt, type ReceiptCheck } from './receipts.ts'
import type { SectionProps, Words } from './words.ts'

/** Change and loans move a reader's own money about; they are not history to a person. */
const shown: readonly HistoryEntry['kind'][] = ['pay', 'tip', 'top-up', 'receive', 'send']

export function History({ wallet, words, db }: SectionProps & { readonly db: Db }) {
  const entries = useStore(wallet.$history).filter(({ kind }) => shown.includes(kind))
  const { texts } = words
  return (
    <section class="history">
      <h2>{texts.history}</h2>
      {entries.length === 0 && <p class="muted">{texts.historyEmpty}</p>}
      <ol data-testid="history">
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} words={words} db={db} />
        ))}
      </ol>
    </section>
  )
}

function Entry({ entry, words, db }: { readonly entry: HistoryEntry; readonly words: Words; readonly db: Db }) {
  const { texts, language } = words
  const incoming = entry.kind === 'top-up' || entry.kind === 'receive'
  const date = new Date(entry.atMs)
  const place = entry.site ?? (entry.url === undefined ? entry.mint : new URL(entry.url).origin)
  return (
    <li data-kind={entry.kind} data-end={entry.end}>
      <div class="what">
        {entry.title !== undefined && entry.url !== undefined && entry.kind === 'pay' ? (
          <a href={entry.url} rel="noreferrer">
            {entry.title}
          </a>
        ) : (
          <b>{entry.title ?? texts.kinds[entry.kind]}</b>
        )}
        <p class="muted">
          {entry.title !== undefined && entry.kind === 'tip' && `${texts.kinds.tip} · `}
          {place !== undefined && `${hostOf(place)} · `}
          <time dateTime={date.toISOString()}>
            {date.toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' })}
          </time>
        </p>
        {entry.end !== 'done' && <p class="muted">{texts.ends[entry.end]}</p>}
        {entry.receipt && <Receipt receipt={entry.receipt} words={words} db={db} />}
      </div>
      <p class={incoming ? 'amount in' : 'amount'}>
        {incoming ? '+' : '−'}
        {money(entry.amount, entry.unit, language)}
      </p>
    </li>
  )
}

/** A receipt, checked when it is opened. */
function Receipt({ receipt, words, db }: { readonly receipt: PaymentReceipt; readonly words: Words; readonly db: Db }) {
  const { texts, language } = words
  const [check, setCheck] = useState<ReceiptCheck>()
  const signed = receipt.receipt
  const onToggle = (event: Event) => {
    if ((event.currentTarget as HTMLDetailsElement).open) void checkReceipt(db, receipt).then(setCheck)
  }
  const said = { good: texts.receiptGood, bad: texts.receiptBad, none: texts.receiptNone }
  return (
    <details onToggle={onToggle}>
      <summary>{texts.receipt}</summary>
      <p role="status" class="check" data-check={check}>
        {check === undefined ? texts.receiptChecking : said[check]}
      </p>
      {signed && (
        <dl>
          <dt>{texts.receiptAccount}</dt>
          <dd>{signed.account}</dd>
          <dt>{texts.receiptMint}</dt>
          <dd>{hostOf(signed.mint)}</dd>
          <dt>{texts.receiptTime}</dt>
          <dd>{new Date(signed.timeMs).toLocaleString(language)}</dd>
          <dt>{texts.receiptNumber}</dt>
          <dd class="hash">{signed.reference}</dd>
        </dl>
      )}
    </details>
  )
}
