// The screen for money that comes from or goes to elsewhere: a token in, a token out, and back the way it came.
import { useStore } from '@nanostores/preact'
import { formatAmount } from '@tuppence/protocol'
import { Receive } from './receive.tsx'
import { Send } from './send.tsx'
import { Withdraw } from './withdraw.tsx'
import { defaultUnit, type ScreenProps } from './words.ts'

export function Move(props: ScreenProps) {
  const { screens, wallet, words } = props
  const texts = screens.move
  const { spendable = 0 } = useStore(wallet.$balance)[defaultUnit] ?? {}
  return (
    <section class="move">
      <h1 tabIndex={-1}>{texts.title}</h1>
      <p class="lead">{texts.why}</p>
      <p class="number">
        {words.texts.balance}: <b data-testid="move-balance">{formatAmount(spendable, defaultUnit, words.language)}</b>
      </p>
      <Receive {...props} />
      <Send {...props} />
      <Withdraw {...props} />
    </section>
  )
}
