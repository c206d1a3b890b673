// What the journeys ask of a browser, whichever engine it is: one tab, the wallet's frame in it, and the wallet's window.

/** What the wallet's frame in an element shows. */
export type FrameView = {
  readonly state: string
  /** Whether its first pay button takes a press by now. */
  readonly armed: boolean
  readonly text: string
}

/** A browser with one tab of its own and a profile that nobody used before. */
export type Browser = {
  readonly goto: (url: string) => Promise<void>
  /** The frame in the page's first element of that name; undefined until it is there. */
  readonly frame: (element: string) => Promise<FrameView | undefined>
  /** Presses a button in the frame, as a person does: the first that pays, or the one with this text. */
  readonly pressFrame: (element: string, text?: string) => Promise<void>
  /** Text of what was put into the page, empty before. */
  readonly delivered: () => Promise<string>
  readonly evaluate: <T>(script: string) => Promise<T>
  /** Whether the wallet's window is open, and whether its main button takes a press. */
  readonly popup: () => Promise<'none' | 'waiting' | 'armed'>
  readonly pressPopup: () => Promise<void>
  /** Ends the browser and starts it again on the same profile; undefined where automation keeps no profile. */
  readonly restart?: () => Promise<void>
  readonly close: () => Promise<void>
}

/** A browser and its cookie setting: one row of the table. */
export type Engine = {
  readonly name: string
  readonly cookies: string
  /** Whether a frame gets at the wallet's one storage there: then a first visit needs no window. */
  readonly storageAccess: 'given' | 'kept apart'
  readonly open: () => Promise<Browser>
}

/** Runs inside the frame: a FrameView. Text, because three drivers run it. */
export const viewScript = `({
  state: document.body?.dataset.state ?? '',
  armed: document.querySelector('button.pay')?.ariaDisabled === 'false',
  text: document.body?.innerText ?? '',
})`

/** Runs inside the frame: marks the button to press. @returns a selector that finds it, or null. */
export const markScript = (text = ''): string => `(() => {
  const wanted = [...document.querySelectorAll('button')].find((button) =>
    ${JSON.stringify(text)} === '' ? button.matches('.pay') : button.innerText.trim() === ${JSON.stringify(text)})
  for (const old of document.querySelectorAll('[data-pressed]')) delete old.dataset.pressed
  if (!wanted || wanted.ariaDisabled === 'true') return null
  wanted.dataset.pressed = 'next'
  return '[data-pressed=next]'
})()`

/** Runs inside the wallet's window: whether its main button can be pressed. */
export const popupArmedScript = `document.querySelector('main button.main:not(:disabled)') !== null`

/** Runs in the page: what was delivered, wherever it was put. */
export const deliveredScript = `document.querySelector('[slot=content]')?.innerText ?? ''`

/** Runs in the page: a reader scrolls to where there is something to press. */
export const scrollScript = `document.querySelector('tuppence-unlock, tuppence-tip')?.scrollIntoView({ block: 'center' })`

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Polls until there is something. @throws Error after a minute, with what `look` threw last. */
export async function until<T>(what: () => string, look: () => Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + 60_000
  let last: unknown
  while (Date.now() < end) {
    // A frame or a window that goes away in mid-question is no reason to give up.
    const found = await look().catch((error: unknown) => void (last = error))
    if (found !== undefined && found !== false) return found
    await sleep(50)
  }
  throw new Error(`waited in vain until ${what()}${last instanceof Error ? `; ${last.message}` : ''}`)
}
