// Reads a QR code with the camera, where the browser can (BarcodeDetector). Elsewhere there is the field to paste into.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ScreenTexts } from '../locale/words.ts'

type Detector = { readonly detect: (video: HTMLVideoElement) => Promise<readonly { readonly rawValue: string }[]> }
type Detectors = { readonly BarcodeDetector?: new (options: { formats: readonly string[] }) => Detector }

const lookEveryMs = 200

type ScanProps = { readonly texts: ScreenTexts['backup']; readonly found: (text: string) => void }

/** A button, and the camera's picture while it looks. Nothing where the browser reads no codes. */
export function Scan({ texts, found }: ScanProps) {
  const [state, setState] = useState<'idle' | 'looking' | 'refused'>('idle')
  const video = useRef<HTMLVideoElement>(null)
  const { BarcodeDetector } = globalThis as Detectors
  useEffect(() => {
    if (state !== 'looking' || !BarcodeDetector) return
    const stop = new AbortController()
    const read = (text: string) => {
      setState('idle')
      found(text)
    }
    look(new BarcodeDetector({ formats: ['qr_code'] }), video.current!, stop.signal).then(read, () => {
      if (!stop.signal.aborted) setState('refused')
    })
    return () => stop.abort()
  }, [state])
  if (!BarcodeDetector) return null
  if (state === 'refused') return <p role="alert">{texts.scanNo}</p>
  return (
    <div class="scan">
      {state === 'looking' && <video ref={video} muted playsInline aria-hidden="true" />}
      <button type="button" onClick={() => setState(state === 'looking' ? 'idle' : 'looking')}>
        {state === 'looking' ? texts.scanStop : texts.scan}
      </button>
    </div>
  )
}

/** Looks until there is a code in the picture. The camera is off again afterwards. */
async function look(detector: Detector, video: HTMLVideoElement, signal: AbortSignal): Promise<string> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  try {
    Object.assign(video, { srcObject: stream })
    await video.play()
    for (;;) {
      signal.throwIfAborted()
      const [code] = await detector.detect(video)
      if (code) return code.rawValue
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
    }
  } finally {
    for (const track of stream.getTracks()) track.stop()
  }
}
