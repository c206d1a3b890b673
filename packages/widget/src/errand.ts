// What a frame asks of the popup, and how the two talk: directly, window to window, at the wallet's own origin. frame and popup each use their half.
import type { Allowance, AllowanceReport } from '@tuppence/core'

/** Why the popup was opened. All of it comes from the frame, which read it from the till's challenge. */
export type Errand = {
  /** `lend`: set change aside for this site. `fund`: the vault has too little. `confirm`: above the small amount. */
  readonly kind: 'lend' | 'fund' | 'confirm'
  readonly purpose: 'unlock' | 'tip'
  /** `confirm` because clicks have spent much today, at this site or in all. */
  readonly because?: 'day'
  /** Exact origin of the page that embeds the frame, as the browser told it. */
  readonly site: string
  readonly amount: number
  readonly unit: string
  readonly title?: string
  readonly tillOrigin: string
  readonly realm: string
  /** Mints that the till takes and this wallet knows, in the till's order. */
  readonly mints: readonly string[]
  /** What the frame did with its last allowance, for the vault's records. */
  readonly report?: AllowanceReport
}

/** What a frame brings along when its reader opens the wallet page: what was done with the money lent to this site. */
export type Visit = { readonly kind: 'visit'; readonly report?: AllowanceReport }

/**
 * How an errand ended. `blocked`: no window could be opened. `tell` lets a popup that is done go: what was then paid from
 * an allowance is the vault's to know, and there is no other way to it.
 */
export type ErrandEnd = {
  readonly how: 'done' | 'closed' | 'blocked'
  readonly tell: (report: AllowanceReport | undefined) => void
}

type ToFrame = { readonly t: 'allowance'; readonly allowance: Allowance } | { readonly t: 'go' }
type ToPopup =
  | { readonly t: 'stored' }
  | { readonly t: 'refused' }
  | { readonly t: 'report'; readonly report: AllowanceReport | undefined }

/** How long each side waits for the other's answer. */
const answerTimeoutMs = 5_000
const closedPollMs = 300
const visitMs = 10_000

/**
 * Frame side: opens the popup (call it in the click's own turn) and sees the errand through.
 *
 * @param errand - May still be prepared while the window opens.
 * @param store - Keeps an allowance durably; the popup hears of it only afterwards.
 * @param signal - Closes the popup.
 */
export function runErrand(
  errand: Promise<Errand>,
  store: (allowance: Allowance) => Promise<void>,
  signal: AbortSignal,
): Promise<ErrandEnd> {
  const width = 440
  const height = 720
  const left = Math.round(screenX + (outerWidth - width) / 2)
  const top = Math.round(screenY + (outerHeight - height) / 3)
  const popup = openWindow('/popup.html', `popup,width=${width},height=${height},left=${left},top=${top}`)
  if (!popup) {
    // A page with `Cross-Origin-Opener-Policy: same-origin` gets the same null: its window opens, and knows nobody.
    console.warn(
      'Tuppence: the wallet’s window was blocked. Has this page Cross-Origin-Opener-Policy: same-origin? Use same-origin-allow-popups.',
    )
    return Promise.resolve({ how: 'blocked', tell: () => {} })
  }
  return new Promise((resolve) => {
    const stop = new AbortController()
    const end = (how: 'done' | 'closed', port?: MessagePort) => {
      stop.abort()
      clearInterval(poll)
      resolve({ how, tell: (report) => port?.postMessage({ t: 'report', report } satisfies ToPopup) })
    }
    const poll = setInterval(() => popup.closed && end('closed'), closedPollMs)
    signal.addEventListener('abort', () => popup.close(), stop)
    answerWith(popup, errand, stop.signal, async (port, message) => {
      if (message.t === 'go') return end('done', port)
      const answer = await store(message.allowance).then(
        (): ToPopup => ({ t: 'stored' }),
        (): ToPopup => ({ t: 'refused' }),
      )
      port.postMessage(answer)
      if (answer.t === 'stored') end('done', port)
    })
  })
}

/** Frame side: opens the wallet page, which keeps the report if it asks for it in time. */
export function visitWallet(visit: Promise<Visit>): void {
  const page = openWindow('/', '')
  if (page) answerWith(page, visit, AbortSignal.timeout(visitMs), () => {})
}

// No window name: another page could navigate a window whose name it knows.
function openWindow(path: string, features: string): Window | null {
  return window.open(path, '_blank', features)
}

/** Answers a window of ours, and only it, when it asks what for; a window that was reloaded asks again. */
function answerWith(
  asking: Window,
  errand: Promise<Errand | Visit>,
  signal: AbortSignal,
  on: (port: MessagePort, message: ToFrame) => void,
): void {
  const onHello = async ({ source, origin, data }: MessageEvent) => {
    if (source !== asking || origin !== location.origin || data?.tuppence !== 'popup') return
    asking.postMessage({ tuppence: 'moment' }, location.origin)
    const told = await errand.catch(() => undefined)
    if (!told) return
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = (event: MessageEvent<ToFrame>) => on(port1, event.data)
    asking.postMessage({ tuppence: 'errand', errand: told }, location.origin, [port2])
  }
  addEventListener('message', (event) => void onHello(event), { signal })
}

/** Popup side: an errand, and how to report back. */
export type TakenErrand<E = Errand> = {
  readonly errand: E
  /** Resolves to true once the frame has stored the allowance. */
  readonly hand: (allowance: Allowance) => Promise<boolean>
  /** Lets the frame go on. */
  readonly go: () => void
  /** What the frame did next. It may never say. */
  readonly reported: Promise<AllowanceReport | undefined>
}

/**
 * Popup side: asks whoever opened this window what for.
 *
 * The question is addressed to this origin, and only this origin's answer counts: a page that opened the popup by itself
 * neither sees the one nor can give the other.
 *
 * @returns undefined when there is no frame of ours behind this window.
 */
export function takeErrand(): Promise<TakenErrand<Errand | Visit> | undefined> {
  const opener = window.opener as Window | null
  if (!opener) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    const stop = new AbortController()
    const finish = (taken: TakenErrand<Errand | Visit> | undefined) => {
      stop.abort()
      clearTimeout(timer)
      resolve(taken)
    }
    const timer = setTimeout(finish, answerTimeoutMs, undefined)
    const onAnswer = ({ source, origin, data, ports }: MessageEvent) => {
      const [port] = ports
      if (source !== opener || origin !== location.origin) return
      // A frame of ours, which is still asking the till: it closes this window if it gets no answer.
      if (data?.tuppence === 'moment') clearTimeout(timer)
      if (data?.tuppence !== 'errand' || !port) return
      finish(takenFrom(port, data.errand as Errand | Visit))
    }
    addEventListener('message', onAnswer, stop)
    opener.postMessage({ tuppence: 'popup' }, location.origin)
  })
}

function takenFrom(port: MessagePort, errand: Errand | Visit): TakenErrand<Errand | Visit> {
  const answers = new Map<ToPopup['t'], (answer: ToPopup | undefined) => void>()
  port.onmessage = ({ data }: MessageEvent<ToPopup>) => answers.get(data.t)?.(data)
  const answer = (...types: ToPopup['t'][]) =>
    new Promise<ToPopup | undefined>((resolve) => {
      for (const type of types) answers.set(type, resolve)
    })
  const send = (message: ToFrame) => port.postMessage(message)
  return {
    errand,
    go: () => send({ t: 'go' }),
    reported: answer('report').then((said) => (said?.t === 'report' ? said.report : undefined)),
    hand: async (allowance) => {
      const stored = answer('stored', 'refused')
      send({ t: 'allowance', allowance })
      const late = new Promise<undefined>((resolve) => setTimeout(resolve, answerTimeoutMs, undefined))
      return (await Promise.race([stored, late]))?.t === 'stored'
    },
  }
}
