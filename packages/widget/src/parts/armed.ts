// Buttons of a new window do nothing for a moment: a page could have made the reader click where one appears.
import { useEffect, useState } from 'preact/hooks'
import { armingMs } from '../policy.ts'

/** Whether this window has been in front long enough; it starts over whenever it comes to the front again. */
export function useArmed(): boolean {
  const [armed, setArmed] = useState(false)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    const restart = () => {
      clearTimeout(timer)
      setArmed(false)
      if (document.visibilityState === 'visible') timer = setTimeout(setArmed, armingMs, true)
    }
    restart()
    document.addEventListener('visibilitychange', restart)
    addEventListener('focus', restart)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', restart)
      removeEventListener('focus', restart)
    }
  }, [])
  return armed
}
