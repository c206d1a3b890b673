// The screen of rules: what the wallet may pay without asking. Each choice is kept at once.
import type { Rules } from '@tuppence/core'
import { useStore } from '@nanostores/preact'
import { useRef, useState } from 'preact/hooks'
import { hostOf } from '../asking.ts'
import { money } from '../money.ts'
import { Working } from '../parts/parts.tsx'
import { sentence, type ScreenProps } from './words.ts'

/** What can be chosen, in minor units; 0 is "ask always". */
const choices = {
  autoMax: [0, 5, 10, 25, 50],
  perDay: [50, 100, 200, 500],
  perSiteDay: [25, 50, 100, 200],
} as const

/** Limits that come with the first yes. */
const firstLimits = { perDay: 100, perSiteDay: 50 } as const

/** Rules with a change; whoever lets the wallet pay for the first time gets limits along with it. */
function changed(rules: Rules, change: Partial<Rules>): Rules {
  const isFirst = rules.perDay === 0 && (change.autoMax ?? 0) > 0
  return { ...rules, ...(isFirst && firstLimits), ...change }
}

export function RulesScreen(props: ScreenProps) {
  const { words, screens, reading } = props
  const texts = screens.rules
  return (
    <section class="rules">
      <h1 tabIndex={-1}>{texts.title}</h1>
      <p class="lead">{texts.why}</p>
      {reading === 'under-way' && <Working text={words.texts.loading} />}
      {/* Whoever chose before would write over what is kept. */}
      {reading === 'done' && <Choices {...props} />}
    </section>
  )
}

function Choices({ wallet, words, screens }: ScreenProps) {
  const texts = screens.rules
  const stored = useStore(wallet.$rules)
  const [wanted, setWanted] = useState<Partial<Rules>>({})
  const [said, setSaid] = useState<string>()
  // What was chosen shows at once. It is kept one after the other, each on top of what is kept by then: two quick choices
  // must not undo one another.
  const rules = changed(stored, wanted)
  const keeping = useRef<Promise<void>>(Promise.resolve())
  const keep = (change: Partial<Rules>) => {
    setSaid(undefined)
    setWanted({ ...wanted, ...change })
    const next: Promise<void> = keeping.current
      .then(() => wallet.setRules(changed(wallet.$rules.get(), change)))
      .then(
        () => setSaid(texts.kept),
        (error: unknown) => setSaid(sentence(error, words)),
      )
      .then(() => (keeping.current === next ? setWanted({}) : undefined))
    return (keeping.current = next)
  }
  const show = (amount: number) => (amount === 0 ? texts.never : money(amount, rules.unit, words.language))
  const anywhere = rules.autoMax > 0 || Object.values(rules.sites).some(({ autoMax }) => autoMax > 0)
  return (
    <>
      <Choice
        name="autoMax"
        legend={texts.upTo}
        value={rules.autoMax}
        show={show}
        choose={(autoMax) => keep({ autoMax })}
      />
      {anywhere && (
        <>
          <Choice
            name="perDay"
            legend={texts.perDay}
            value={rules.perDay}
            show={show}
            choose={(perDay) => keep({ perDay })}
          />
          <Choice
            name="perSiteDay"
            legend={texts.perSite}
            value={rules.perSiteDay}
            show={show}
            choose={(perSiteDay) => keep({ perSiteDay })}
          />
        </>
      )}
      <p role="status" class="said">
        {said}
      </p>
      <OffSites rules={rules} keep={keep} wallet={wallet} texts={texts} show={show} />
    </>
  )
}

type ChoiceProps = {
  readonly name: keyof typeof choices
  readonly legend: string
  readonly value: number
  readonly show: (amount: number) => string
  readonly choose: (amount: number) => Promise<void>
}

/** One amount of a few; one that was set elsewhere stands among them. */
function Choice({ name, legend, value, show, choose }: ChoiceProps) {
  const known: readonly number[] = choices[name]
  const amounts = known.includes(value) || value === 0 ? known : [...known, value].sort((a, b) => a - b)
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      <div>
        {amounts.map((amount) => (
          <label key={amount}>
            <input
              type="radio"
              name={name}
              value={amount}
              checked={amount === value}
              onChange={() => void choose(amount)}
            />
            <span class="number">{show(amount)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

type OffProps = Pick<ScreenProps, 'wallet'> & {
  readonly rules: Rules
  readonly keep: (change: Partial<Rules>) => Promise<void>
  readonly texts: ScreenProps['screens']['rules']
  readonly show: (amount: number) => string
}

/** Sites that the reader has been to, each with a switch. */
function OffSites({ rules, keep, wallet, texts, show }: OffProps) {
  const paidAt = useStore(wallet.$history).flatMap(({ site, kind }) => (site && kind !== 'lend' ? [site] : []))
  const sites = [...new Set([...rules.offSites, ...Object.keys(rules.sites), ...paidAt])].sort()
  if (sites.length === 0) return null
  const turn = (site: string, on: 'on' | 'off') =>
    keep({ offSites: on === 'on' ? rules.offSites.filter((one) => one !== site) : [...rules.offSites, site] })
  return (
    <fieldset class="switches">
      <legend>{texts.off}</legend>
      <p class="muted">{texts.offWhy}</p>
      {sites.map((site) => (
        <label key={site} class="switch">
          <span>
            <bdi>{hostOf(site)}</bdi>
            {rules.sites[site] !== undefined && (
              <small class="muted number"> {texts.own(show(rules.sites[site].autoMax))}</small>
            )}
          </span>
          <input
            type="checkbox"
            role="switch"
            aria-label={texts.offSwitch(hostOf(site))}
            checked={!rules.offSites.includes(site)}
            onChange={({ currentTarget }) => void turn(site, currentTarget.checked ? 'on' : 'off')}
          />
        </label>
      ))}
    </fieldset>
  )
}
