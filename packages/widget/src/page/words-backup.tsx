// Twelve words: shown, written down, and three of them asked for. backup.tsx shows it.
import { useState } from 'preact/hooks'
import { seedOf } from './own-seed.ts'
import { backedUp, saveNews } from './backup-state.ts'
import type { WayProps } from './words.ts'

type Step =
  | { readonly at: 'start' | 'done' }
  | { readonly at: 'shown'; readonly list: readonly string[] }
  | { readonly at: 'asking'; readonly list: readonly string[]; readonly asked: readonly number[] }

const askedCount = 3

export function WordsBackup({ screens, db, wallet, mints, look }: WayProps) {
  const texts = screens.backup
  const [step, setStep] = useState<Step>({ at: 'start' })
  const show = async () => {
    const [{ entropy }, { wordsFrom }] = await Promise.all([seedOf(db), import('@tuppence/core/words')])
    setStep({ at: 'shown', list: wordsFrom(entropy).split(' ') })
  }
  const finish = async () => {
    setStep({ at: 'done' })
    await backedUp(db, 'words')
    await look()
    await saveNews(wallet, db, mints[0]).then(look, () => {})
  }
  return (
    <section class="panel" data-way="words" data-step={step.at}>
      <h2>{texts.words}</h2>
      {step.at === 'start' && (
        <>
          <p>{texts.wordsWhy}</p>
          <button type="button" onClick={() => void show()}>
            {texts.wordsShow}
          </button>
        </>
      )}
      {step.at === 'shown' && (
        <>
          <p class="warn">{texts.wordsWarn}</p>
          <ol class="words" dir="ltr" lang="en">
            {step.list.map((word) => (
              <li key={word}>{word}</li>
            ))}
          </ol>
          <button
            type="button"
            class="main"
            onClick={() => setStep({ at: 'asking', list: step.list, asked: someOf(step.list.length) })}
          >
            {texts.wordsWritten}
          </button>
        </>
      )}
      {step.at === 'asking' && (
        <Ask
          texts={texts}
          list={step.list}
          asked={step.asked}
          again={() => setStep({ at: 'shown', list: step.list })}
          done={() => void finish()}
        />
      )}
      {step.at === 'done' && <p role="status">{texts.wordsDone}</p>}
    </section>
  )
}

type AskProps = {
  readonly texts: WayProps['screens']['backup']
  readonly list: readonly string[]
  readonly asked: readonly number[]
  readonly again: () => void
  readonly done: () => void
}

/** Asks for some of the words. Nothing of it is kept. */
function Ask({ texts, list, asked, again, done }: AskProps) {
  const [wrong, setWrong] = useState<'wrong' | undefined>()
  const check = (event: SubmitEvent) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const typed = (index: number) =>
      String(form.get(String(index)))
        .trim()
        .toLowerCase()
    if (asked.every((index) => typed(index) === list[index])) done()
    else setWrong('wrong')
  }
  return (
    <form onSubmit={check}>
      <p>{texts.wordsAsk}</p>
      {asked.map((index) => (
        <label key={index} class="field">
          <span>{texts.wordsNumber(String(index + 1))}</span>
          <input
            name={String(index)}
            dir="ltr"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            aria-invalid={wrong !== undefined}
            required
          />
        </label>
      ))}
      {wrong && <p role="alert">{texts.wordsWrong}</p>}
      <div class="row">
        <button type="submit" class="main">
          {texts.wordsCheck}
        </button>
        <button type="button" onClick={again}>
          {texts.wordsAgain}
        </button>
      </div>
    </form>
  )
}

/** Some places in a list, in order. */
function someOf(length: number): number[] {
  const random = crypto.getRandomValues(new Uint32Array(length))
  const places = [...random.keys()].sort((a, b) => random[a]! - random[b]!)
  return places.slice(0, askedCount).sort((a, b) => a - b)
}
