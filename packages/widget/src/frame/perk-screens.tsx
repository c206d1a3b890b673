// The screens of what goes beyond a price: free this time, covered, a pass, a rule, money back. later.tsx draws them once this
// file is here; with perks.ts, whose way in it is, it is loaded when it is first needed.
import { autoMaxAt, type Offer } from '@tuppence/core'
import type { ComponentChildren } from 'preact'
import type { LaterTexts } from '../locale/index.ts'
import { Mark, Working } from '../parts/parts.tsx'
import { autoMax } from '../policy-rules.ts'
import { endRule, mayRule, setRule } from './auto.ts'
import type { PerkProps, Usual } from './more.ts'
import { noteText } from './notes.ts'
import { PayButton, Screen, type Press } from './parts.tsx'
import { again, giveBack, leavePass, openCovered, refundable, takeFree } from './perks.ts'
import { $words, price } from './state.ts'
import type { Covered, Delivered, Perk, State } from './view.ts'

export { openPass, showPerk } from './perks.ts'

type Of<K extends Perk['kind']> = PerkProps & { readonly perk: Extract<Perk, { kind: K }> }

const sum = ({ amount, unit }: Pick<Offer, 'amount' | 'unit'>): string => price(amount, unit)

/** Any of them. */
export function PerkScreen(props: PerkProps & { readonly perk: Perk; readonly Usual: Usual }) {
  const { perk } = props
  switch (perk.kind) {
    case 'free':
      return <Free {...props} perk={perk} />
    case 'covered':
      return <CoveredOffer {...props} perk={perk} />
    case 'pass':
      return <Pass {...props} perk={perk} />
    case 'countdown':
      return <Countdown {...props} perk={perk} />
    case 'rule':
      return <RuleOffer {...props} perk={perk} />
    case 'refunding':
      return (
        <Screen state="refunding" shape="strip">
          <Working text={props.texts.refunding(sum(perk.offer))} />
        </Screen>
      )
    case 'refunded':
      return <Refunded {...props} perk={perk} />
    case 'kept':
      return <Kept {...props} perk={perk} />
  }
}

type CardProps = {
  readonly state: string
  readonly title: string
  readonly about: string
  readonly link?: ComponentChildren
  readonly children: ComponentChildren
}

/** Words on one side, what to press on the other. */
function Card({ state, title, about, link, children }: CardProps) {
  return (
    <Screen state={state}>
      <div class="words">
        <b>{title}</b>
        <span role="status">{about}</span>
        {link}
      </div>
      {children}
    </Screen>
  )
}

/** A press on a button that costs nothing: a covered button does no harm. */
const freely =
  (run: () => void): Press =>
  (verdict) =>
    verdict === 'ignore' || run()

function Free({ perk: { offer, left }, sale, texts }: Of<'free'>) {
  const per = offer.terms?.free?.per ?? 'month'
  return (
    <Card state="free" title={$words.get().texts.readAll} about={texts.freeLeft[per](left, sum(offer))}>
      <PayButton onPress={freely(() => void takeFree(sale.state))}>{texts.readFree}</PayButton>
    </Card>
  )
}

function CoveredOffer({ perk: { looked }, sale, texts }: Of<'covered'>) {
  return (
    <Card state="covered" title={$words.get().texts.readAll} about={coverText(texts, looked)}>
      <PayButton onPress={freely(() => void openCovered(sale.state))}>{texts.readCovered}</PayButton>
    </Card>
  )
}

/** Why something costs nothing, and how long. */
function coverText(texts: LaterTexts, { by, offer, untilSeconds }: Omit<Covered, 'status'>): string {
  return by === 'pass' ? texts.passUntil(moment(untilSeconds)) : restText(texts, offer, untilSeconds)
}

function restText({ rest }: LaterTexts, { terms }: Offer, untilSeconds: number): string {
  const per = terms?.cap?.per ?? 'month'
  if (per !== 'month') return rest[per]
  const month = { month: 'long', timeZone: 'UTC' } as const
  return rest.month(new Intl.DateTimeFormat($words.get().language, month).format((untilSeconds - 1) * 1000))
}

function moment(seconds: number): string {
  const soon = seconds * 1000 - Date.now() < 20 * 3_600_000
  const style: Intl.DateTimeFormatOptions = { timeStyle: 'short', ...(!soon && { dateStyle: 'medium' }) }
  return new Intl.DateTimeFormat($words.get().language, style).format(seconds * 1000)
}

function Pass({ perk: { pass, view, list }, Usual, ...props }: Of<'pass'> & { readonly Usual: Usual }) {
  const { sale, texts } = props
  const leave = () => leavePass(sale.state, pass)
  switch (view.status) {
    case 'priced': {
      const { offer, affordable, note } = view
      const paid = (list ?? 0) - offer.amount
      const words = $words.get().texts
      const said =
        (note && noteText(texts, note, sum(offer))) ??
        (paid > 0 ? texts.passLess(price(list!, offer.unit), price(paid, offer.unit)) : texts.passWhy)
      const short = affordable === 'no' && pass.state.deps.wallet.mode === 'vault'
      return (
        <Card
          state="pass"
          title={offer.title ?? texts.pass}
          about={said}
          link={<Link press={leave}>{texts.passLeave}</Link>}
        >
          <PayButton onPress={pass.press}>
            <Mark />
            {short ? words.addMoney(sum(offer)) : texts.passGet(sum(offer))}
          </PayButton>
        </Card>
      )
    }
    case 'popup':
    case 'failed':
      return <Usual {...props} sale={pass} view={view} />
    default:
      return (
        <Screen state="pass" how={view.status}>
          <Working text={$words.get().texts[view.status === 'paying' ? 'paying' : 'loading']} />
        </Screen>
      )
  }
}

type LinkProps = { readonly press: () => void; readonly rare?: boolean; readonly children: ComponentChildren }

/** Something to do that is not the first thing. `rare`: there may be no room for it. */
function Link({ press, rare, children }: LinkProps) {
  return (
    <button type="button" class={rare ? 'link rare' : 'link'} onClick={press}>
      {children}
    </button>
  )
}

function Countdown({ perk: { offer, stop }, texts }: Of<'countdown'>) {
  return (
    <Card state="countdown" title={texts.countdown(sum(offer))} about={texts.countdownWhy}>
      <button type="button" class="quiet counting" onClick={stop}>
        {texts.undo}
      </button>
    </Card>
  )
}

/** What is left of a delivery's words. */
export function More({ view: { how, standing, offer }, sale, texts }: PerkProps & { readonly view: Delivered }) {
  const { wallet, site } = sale.state.deps
  const rule = autoMaxAt(wallet.$rules.get(), site)
  const rest =
    how !== 'covered' && offer && standing?.until && standing.via !== 'pass' && restText(texts, offer, standing.until)
  const left =
    how === 'granted' && offer && texts.freeLeft[offer.terms?.free?.per ?? 'month'](standing?.free ?? 0, sum(offer))
  // That a cap is reached is said at any width.
  if (rest) return <> {rest}</>
  const more = left || (how === 'paid' && (rule ? texts.ruleSet(price(rule, offer!.unit)) : texts.yours))
  return more ? <span class="long"> {more}</span> : null
}

/** What can be done about a delivery. */
export function Actions({ view, sale: { state }, texts }: PerkProps & { readonly view: Delivered }) {
  const { how, offer, standing } = view
  const paid = refundable(state, view)
  // What costs nothing needs no rule.
  const covered = standing?.until !== undefined
  const ruled = autoMaxAt(state.deps.wallet.$rules.get(), state.deps.site) > 0
  const askRule = () => {
    state.deps.resize?.('panel')
    state.$view.set({ status: 'perk', perk: { kind: 'rule', offer: offer!, back: view } })
  }
  const end = () => void endRule(state).then(() => state.$view.set({ ...view }))
  return (
    <>
      {paid && (
        <Link press={() => void giveBack(state, paid, view)}>{how === 'auto' ? texts.undo : texts.notWorth}</Link>
      )}
      {how === 'paid' && offer && !covered && mayRule(state, offer) && (
        <Link press={askRule} rare>
          {texts.always}
        </Link>
      )}
      {ruled && !covered && (how === 'auto' || how === 'paid') && <Link press={end}>{texts.ruleEnd}</Link>}
    </>
  )
}

function RuleOffer({ perk: { offer, back }, sale: { state }, texts }: Of<'rule'>) {
  const leave = () => {
    state.deps.resize?.('strip')
    state.$view.set({ ...back })
  }
  const yes: Press = (verdict) => {
    // Whatever lies over this button may not say what it does.
    if (verdict === 'pay') void setRule(state, offer).then(leave)
  }
  const perDay = price(state.deps.wallet.$rules.get().perSiteDay || autoMax.siteDay, offer.unit)
  return (
    <Screen state="rule" shape="panel">
      <div class="words">
        <b>{texts.ruleTitle(sum(offer))}</b>
        <span>{texts.ruleWhy(perDay)}</span>
      </div>
      <div class="row">
        <PayButton onPress={yes}>{texts.ruleYes}</PayButton>
        <button type="button" class="quiet" onClick={leave}>
          {texts.ruleNo}
        </button>
      </div>
    </Screen>
  )
}

function Refunded({ perk: { offer, where }, sale, texts }: Of<'refunded'>) {
  const back = where === 'refunded' ? texts.refunded(sum(offer)) : texts.refundOnItsWay(sum(offer))
  return (
    <Card state="refunded" title={back} about={texts.refundedWhy}>
      <button type="button" class="quiet" onClick={() => void again(sale.state)}>
        {texts.buyAgain}
      </button>
    </Card>
  )
}

function Kept({ perk: { reason, back }, sale: { state }, texts }: Of<'kept'>) {
  const { kept } = texts
  const said = Object.hasOwn(kept, reason) ? kept[reason as keyof typeof kept] : kept.other
  return (
    <Screen state="kept" how={reason} shape="strip">
      <span role="alert">{said}</span>
      <Link press={() => done(state, back)}>{texts.ok}</Link>
    </Screen>
  )
}

const done = (state: State, back: Delivered): void => state.$view.set({ ...back })
