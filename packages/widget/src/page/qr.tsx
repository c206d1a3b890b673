// A text as a QR code, drawn as one SVG path. Screens that hand something to a camera use it.
import { correction, generate } from 'lean-qr'

/** Longer texts make codes that cameras can't read from a screen. */
const textMax = 2_200

type QrProps = { readonly text: string; readonly label: string }

/** Nothing where the text is too long. Always dark on white: that is what cameras expect. */
export function Qr({ text, label }: QrProps) {
  if (text.length > textMax) return null
  const code = generate(text, { maxCorrectionLevel: correction.M, minCorrectionLevel: correction.L })
  const size = code.size + 8
  return (
    <svg class="qr" viewBox={`-4 -4 ${size} ${size}`} role="img" aria-label={label} shape-rendering="crispEdges">
      <rect x="-4" y="-4" width={size} height={size} fill="#fff" />
      <path d={darkPath(code)} fill="#000" />
    </svg>
  )
}

/** One run of dark modules after the other. */
function darkPath({ size, get }: { readonly size: number; readonly get: (x: number, y: number) => boolean }): string {
  let path = ''
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const start = x
      while (x < size && get(x, y)) x++
      if (x > start) path += `M${start} ${y}h${x - start}v1h${start - x}z`
    }
  }
  return path
}
