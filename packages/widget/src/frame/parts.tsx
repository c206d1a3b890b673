// What the frame's screens are made of. Buttons that pay are watched: a press counts only when a reader could see them.
import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { watchButton, type Guard, type Verdict } from '../guard.ts'

type Press = (verdict: Verdict, seesCovers: boolean) => void

/** A button that pays. It looks ready at once, and is so half a second after it came into view. */
export function PayButton({
  onPress,
  label,
  children,
}: {
  onPress: Press
  label?: string
  children: ComponentChildren
}) {
  const button = useRef<HTMLButtonElement>(null)
  const guard = useRef<Guard>(undefined)
  const [armed, setArmed] = useState(false)
  useEffect(() => {
    guard.current = watchButton(button.current!, setArmed)
    return () => guard.current!.stop()
  }, [])
  return (
    <button
      ref={button}
      type="button"
      class="pay"
      aria-label={label}
      aria-disabled={!armed}
      onClick={(event) => {
        const { judge, seesCovers } = guard.current!
        onPress(judge(event), seesCovers)
      }}
    >
      {children}
    </button>
  )
}

/**
 * The whole of a screen. What state it is in is on `<body>`, for tests; the page can't read it.
 *
 * @param how - How it was delivered.
 * @param strip - One line high.
 */
export function Screen({
  state,
  how = '',
  strip,
  children,
}: {
  state: string
  how?: string
  strip?: boolean
  children: ComponentChildren
}) {
  useLayoutEffect(() => {
    document.body.dataset['state'] = state
    document.body.dataset['how'] = how
  }, [state, how])
  return <main class={strip ? 'card strip' : 'card'}>{children}</main>
}
