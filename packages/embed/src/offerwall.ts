// Tuppence as the custom choice of a Google Offerwall: a pass, or one page, for a few cents. offerwall-script registers one from a
// script tag; an app calls registerOfferwall.
import type { SuccessDetail } from './events.ts'

/** What a reader may buy instead of watching an advertisement. */
export type OfferwallOptions = Readonly<{
  /** The wallet's origin. Nothing of it loads before the reader chooses it. */
  wallet: string
  /** URL of the offer: a pass, or this page alone. */
  offer: string
  /** Above the button, and the dialog's name. */
  title?: string | undefined
  /** The word that closes it. */
  close?: string | undefined
}>

/** Names of the answers, as the Offerwall has them on the window. */
type Answer = 'CUSTOM_CHOICE_DISABLED' | 'ACCESS_GRANTED' | 'ACCESS_NOT_GRANTED'

/** A custom choice as the Offerwall calls it: `initialize` once and within a second, `show` when the reader chooses it. */
export type CustomChoice = Readonly<{ initialize: () => Promise<unknown>; show: () => Promise<boolean> }>

type Offerwall = { customchoice?: { InitializeResponseEnum?: Record<Answer, unknown>; registry?: CustomChoice } }
type WithOfferwall = { googlefc?: { offerwall?: Offerwall } }

const keptAs = 'tuppence offerwall'

/**
 * Makes a custom choice and registers it. Call it in the head, before the Offerwall's own script runs.
 *
 * @see https://developers.google.com/funding-choices/offerwall-custom-choice-docs
 */
export function registerOfferwall(options: OfferwallOptions): CustomChoice {
  const choice: CustomChoice = {
    // By what is kept here alone: there is a second for it, and a reader who is only passing is nobody's business.
    initialize: async () => answer(hasAccess(options.offer) ? 'ACCESS_GRANTED' : 'ACCESS_NOT_GRANTED'),
    show: () => show(options),
  }
  const page = globalThis as WithOfferwall
  ;(((page.googlefc ??= {}).offerwall ??= {}).customchoice ??= {}).registry = choice
  return choice
}

function answer(name: Answer): unknown {
  return (globalThis as WithOfferwall).googlefc?.offerwall?.customchoice?.InitializeResponseEnum?.[name] ?? name
}

/** Shows the wallet's button in a dialog. @returns Whether it was bought; the dialog is gone by then. */
async function show({ wallet, offer, title = 'Read on', close = 'Not now' }: OfferwallOptions): Promise<boolean> {
  const dialog = document.createElement('dialog')
  dialog.ariaLabel = title
  const heading = document.createElement('h2')
  heading.textContent = title
  const element = document.createElement('tuppence-unlock')
  element.setAttribute('href', offer)
  const link = document.createElement('a')
  link.href = offer
  link.textContent = title
  element.append(link)
  const leave = document.createElement('button')
  leave.type = 'button'
  leave.textContent = close
  leave.addEventListener('click', () => dialog.close())
  dialog.append(heading, element, leave)
  const script = new URL('tuppence.js', `${wallet}/`).href
  if (!customElements.get('tuppence-unlock')) await import(/* @vite-ignore */ script).catch(() => undefined)
  document.body.append(dialog)
  const bought = new Promise<boolean>((resolve) => {
    element.addEventListener('tuppence:success', (event) => {
      // A pass is no article: there is nothing to place.
      event.preventDefault()
      keep(offer, (event as CustomEvent<SuccessDetail>).detail)
      resolve(true)
      dialog.close()
    })
    dialog.addEventListener('close', () => resolve(false))
  })
  dialog.showModal()
  return bought.finally(() => dialog.remove())
}

/** What was bought: until when, of a pass; of anything else, this page. */
function keep(offer: string, { contentType, body }: SuccessDetail): void {
  const until = contentType.startsWith('application/json') ? untilOf(body) : undefined
  const page = until === undefined ? location.pathname : undefined
  localStorage.setItem(`${keptAs} ${offer}`, JSON.stringify({ until, page }))
}

function untilOf(body: string): number | undefined {
  try {
    const { until } = (JSON.parse(body) as { pass?: { until?: unknown } }).pass ?? {}
    return typeof until === 'number' ? until * 1_000 : undefined
  } catch {
    return undefined
  }
}

/** Kept by the page, and so the reader's to change: an Offerwall hides what is in the page already. */
function hasAccess(offer: string): boolean {
  try {
    const { until, page } = JSON.parse(localStorage.getItem(`${keptAs} ${offer}`) ?? '{}') as {
      until?: number
      page?: string
    }
    return until === undefined ? page === location.pathname : Date.now() < until
  } catch {
    return false
  }
}
