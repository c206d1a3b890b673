// Entry of frame.html: checks who embeds it, shakes hands, and shows what the element asks for.
import type { ElementMessage } from '@tuppence/protocol/bridge'
import { config } from 'virtual:config'
import { whoAsks } from '../asking.ts'
import { openInFrame } from '../storage.ts'
import { openWallet } from '../wallet.ts'
import { later, show } from './draw.ts'
import { openSession, type Session } from './session.ts'
import { speak } from './state.ts'
import { startUnlock } from './unlock.tsx'

void speak()
const asker = whoAsks(location.ancestorOrigins)
if ('site' in asker) start(asker.site)
else refuse(asker.refused)

function start(above: string): void {
  const opening = openInFrame().then(async (ground) => {
    const wallet = openWallet(ground, config.mints)
    await wallet.start()
    return wallet
  })
  // Told on the screen, by whoever needs the wallet first.
  opening.catch(() => {})
  let ask: ((message: ElementMessage, session: Session) => void) | undefined

  const session = openSession(above, (message) => {
    if (message.t === 'theme') {
      void later.then(({ applyTheme }) => applyTheme(message.theme))
      void speak(message.theme.lang)
    } else void answer(message)
  })

  const answer = async (message: Exclude<ElementMessage, { t: 'theme' }>): Promise<void> => {
    const open = await session
    if (!ask) {
      if (message.t === 'tip') ask = (await import('./tip.tsx')).startTip(opening, open.site)
      else if (message.t === 'balance') ask = (await import('./balance.tsx')).startBalance(opening, open.site)
      else ask = startUnlock(opening, open.site)
    }
    ask?.(message, open)
  }
}

function refuse(why: 'alone' | 'nested'): void {
  void later.then(({ Refused }) => show(() => <Refused why={why} />))
}
