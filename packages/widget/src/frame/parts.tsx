// What the frame's screens are made of. Buttons that pay are watched: a press counts only when a reader could see them.
import type { ComponentChildren } from 'preact'
import { watchButton, type Guard, type Verdict } from '../guard.ts'

/** What a press amounts to, and whether the browser could tell that something lay over the button. */
export type Press = (verdict: Verdict, seesCovers: boolean) => void

const guards = new WeakMap<Element, Guard>()

const watch = (button: HTMLElement | null): void => {
  if (button && !guards.has(button)) guards.set(button, watchButton(button))
}

type PayButtonProps = {
  readonly onPress: Press
  /** `submit`: Enter in the form's field presses it. */
  readonly type?: 'button' | 'submit'
  readonly children: ComponentChildren
}

/** A button that pays. It looks ready at once, and is so half a second after it came into view. */
export function PayButton({ onPress, type = 'button', children }: PayButtonProps) {
  const press = (event: Event) => {
    // In a form: nothing is ever submitted.
    event.preventDefault()
    const guard = guards.get(event.currentTarget as Element)!
    onPress(guard.judge(event), guard.seesCovers)
  }
  return (
    <button ref={watch} type={type} class="pay" onClick={press}>
      {children}
    </button>
  )
}

type ScreenProps = {
  readonly state: string
  readonly how?: string
  /** `strip`: one line high. `panel`: words above buttons where both have no room side by side. */
  readonly shape?: 'strip' | 'panel'
  readonly children: ComponentChildren
}

/** The whole of a screen. The state is on `<body>` as well, for tests; the page can't read it. */
export function Screen({ state, how = '', shape, children }: ScreenProps) {
  Object.assign(document.body.dataset, { state, how })
  return <main class={`card ${shape ?? ''}`}>{children}</main>
}
