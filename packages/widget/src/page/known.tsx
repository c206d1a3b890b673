// What the wallet holds, where it has been read: a wallet that is being read is not one with nothing in it.
import type { Reading, Words } from './words.ts'

type Props = { readonly reading: Reading; readonly words: Words; readonly text: string }

export function Known({ reading, words, text }: Props) {
  if (reading === 'done') return <>{text}</>
  // What failed is said beside it.
  if (reading === 'failed') return <>{'\u2014'}</>
  return (
    <>
      <span aria-hidden="true">{'\u2026'}</span>
      <span class="unseen">{words.texts.loading}</span>
    </>
  )
}
