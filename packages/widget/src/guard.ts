// Decides what a press on a pay button may do, from what the frame can know about it. Friction against stolen clicks, not a boundary: caps and refunds are.
import { armingMs, clearMs, frameSizeMin } from './policy.ts'

/** `pay`: go ahead. `confirm`: ask in the popup first. `ignore`: not a reader's press. */
export type Verdict = 'pay' | 'confirm' | 'ignore'

/** What is known of one press. */
export type PressFacts = {
  readonly trusted: boolean
  /** How long the button has been wholly in the viewport, in milliseconds. */
  readonly visibleMs: number
  /**
   * How long nothing has covered or faded it (IntersectionObserver v2), 0 while something does; undefined where the
   * browser can't say. A page could take its cover away between the two clicks of a double click.
   */
  readonly clearMs: number | undefined
  readonly width: number
  readonly height: number
}

/** Weighs one press. Keys are no exception: a page could have its reader press Tab and Enter on what they can't see. */
export function judge(facts: PressFacts): Verdict {
  if (!facts.trusted) return 'ignore'
  if (facts.width < frameSizeMin.width || facts.height < frameSizeMin.height) return 'ignore'
  if (facts.visibleMs < armingMs) return 'ignore'
  return facts.clearMs === undefined || facts.clearMs >= clearMs ? 'pay' : 'confirm'
}

/** A watched button. */
export type Guard = {
  readonly judge: (event: Event) => Verdict
  /** Whether the browser can tell that nothing covers the button. */
  readonly seesCovers: boolean
}

/** Watches a button's visibility, as long as the button is; `aria-disabled` says whether presses count yet. */
export function watchButton(button: HTMLElement): Guard {
  const seesCovers = 'isVisible' in IntersectionObserverEntry.prototype
  let visibleSince: number | undefined
  let clearSince: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const arm = (armed: boolean) => button.setAttribute('aria-disabled', String(!armed))
  arm(false)
  const observer = new IntersectionObserver(
    (entries) => {
      const entry = entries.at(-1) as IntersectionObserverEntry & { isVisible?: boolean }
      const whole = entry.intersectionRatio > 0.98
      clearSince = entry.isVisible ? (clearSince ?? entry.time) : undefined
      if (whole === (visibleSince !== undefined)) return
      // When it was seen, not when we heard of it.
      visibleSince = whole ? entry.time : undefined
      clearTimeout(timer)
      if (whole) timer = setTimeout(arm, armingMs - (performance.now() - entry.time), true)
      else arm(false)
    },
    // The delay is what v2 demands; where v2 is unknown both members are ignored.
    { threshold: [0, 0.99, 1], trackVisibility: true, delay: 100 } as IntersectionObserverInit,
  )
  observer.observe(button)
  const since = (time = performance.now()) => performance.now() - time
  return {
    seesCovers,
    judge: (event) =>
      judge({
        trusted: event.isTrusted,
        visibleMs: since(visibleSince),
        clearMs: seesCovers ? since(clearSince) : undefined,
        width: innerWidth,
        height: innerHeight,
      }),
  }
}
