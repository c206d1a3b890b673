// The wallet page's history: what was paid, to whom, and whether the mint's receipt for it is genuine.
import type { Db, HistoryEntry } from '@tuppence/core'
import type { PaymentReceipt } from '@tuppence/protocol'
import { useStore } from '@nanostores/preact'
import { useState } from 'preact/hooks'
import { hostOf } from '../asking.ts'
import { money } from '../money.ts'
import { checkReceipt, type ReceiptCheck } from './receipts.ts'
import type { ScreenProps, SectionProps, Words } from './words.ts'

/** Change and loans move a reader's own money about; they are not history to a person. */
const hidden: readonly HistoryEntry['kind'][] = ['swap', 'lend']
const incomings: readonly HistoryEntry['kind'][] = ['top-up', 'receive', 'refund']

const exporting = () => import('./export.ts')

type Props = SectionProps & Pick<ScreenProps, 'db' | 'reading'>

export function History({ wallet, words, db, reading }: Props) {
  const entries = useStore(wallet.$history).filter(({ kind }) => !hidden.includes(kind))
  const { texts } = words
  const save = async (format: 'json' | 'csv') => {
    const { asCsv, asJson, receiptKeys, saveFile, wholeHistory } = await exporting()
    const all = await wholeHistory(db)
    saveFile(format === 'csv' ? asCsv(all) : asJson(all, await receiptKeys(db)))
  }
  return (
    <section class="history">
      <h2>{texts.history}</h2>
      {reading === 'done' && entries.length === 0 && <p class="muted">{texts.historyEmpty}</p>}
      <ol data-testid="history">
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} words={words} db={db} />
        ))}
      </ol>
      {entries.length > 0 && (
        <p class="row save">
          <span class="muted">{texts.historySave}</span>
          <button type="button" class="small" onClick={() => void save('csv')}>
            CSV
          </button>
          <button type="button" class="small" onClick={() => void save('json')}>
            JSON
          </button>
        </p>
      )}
    </section>
  )
}

function Entry({ entry, words, db }: { readonly entry: HistoryEntry; readonly words: Words; readonly db: Db }) {
  const { texts, language } = words
  const incoming = incomings.includes(entry.kind)
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
          {entry.title !== undefined && entry.kind !== 'pay' && `${texts.kinds[entry.kind]} · `}
          {place !== undefined && (
            <>
              <bdi>{hostOf(place)}</bdi>
              {' · '}
            </>
          )}
          <time dateTime={date.toISOString()}>
            {date.toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' })}
          </time>
        </p>
        {entry.end !== 'done' && <p class="muted">{texts.ends[entry.end]}</p>}
        {entry.receipt && <Receipt receipt={entry.receipt} entry={entry} words={words} db={db} />}
      </div>
      <p class={incoming ? 'amount in' : 'amount'}>
        <bdi>
          {incoming ? '+' : '−'}
          {money(entry.amount, entry.unit, language)}
        </bdi>
      </p>
    </li>
  )
}

type ReceiptProps = {
  readonly receipt: PaymentReceipt
  readonly entry: HistoryEntry
  readonly words: Words
  readonly db: Db
}

/** A receipt, checked when it is opened, with what is kept here: no network, nobody asked. */
function Receipt({ receipt, entry, words, db }: ReceiptProps) {
  const { texts, language } = words
  const [check, setCheck] = useState<ReceiptCheck>()
  const signed = receipt.receipt
  const onToggle = (event: Event) => {
    if ((event.currentTarget as HTMLDetailsElement).open) void checkReceipt(db, receipt).then(setCheck)
  }
  const save = async () => {
    const { asJson, receiptKeys, saveFile } = await exporting()
    saveFile({ ...asJson([entry], await receiptKeys(db)), name: `tuppence-receipt-${entry.id}.json` })
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
          <dd>
            <bdi>{signed.account}</bdi>
          </dd>
          <dt>{texts.receiptMint}</dt>
          <dd>
            <bdi>{hostOf(signed.mint)}</bdi>
          </dd>
          <dt>{texts.receiptTime}</dt>
          <dd>{new Date(signed.timeMs).toLocaleString(language)}</dd>
          <dt>{texts.receiptNumber}</dt>
          <dd class="hash">{signed.reference}</dd>
        </dl>
      )}
      <button type="button" class="small" onClick={() => void save()}>
        {texts.receiptSave}
      </button>
    </details>
  )
}
