// Chooses the curve when the mint starts: native where the machine has a prebuilt binary, portable elsewhere.

import { nativeCurve } from './native.ts'
import { portableCurve } from './portable.ts'
import type { MintCurve } from './port.ts'

/** Opens the fastest curve there is; `onFallback` hears why the native one could not load. */
export function openCurve(onFallback: (reason: string) => void, loadNative: () => MintCurve = nativeCurve): MintCurve {
  try {
    return loadNative()
  } catch (error) {
    onFallback(error instanceof Error ? error.message : String(error))
    return portableCurve()
  }
}
