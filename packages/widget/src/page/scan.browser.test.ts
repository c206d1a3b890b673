import { h, render } from 'preact'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { screens } from '../locale/en/screens.ts'
import { Scan } from './scan.tsx'

const texts = screens.backup
const button = () => document.querySelector('button') as HTMLButtonElement

/** A camera that shows a canvas. */
function camera(): MediaStreamTrack {
  const canvas = document.createElement('canvas')
  canvas.getContext('2d')?.fillRect(0, 0, 10, 10)
  const stream = canvas.captureStream(5)
  vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockResolvedValue(stream)
  return stream.getTracks()[0]!
}

/** A browser that reads codes: this one's third look finds something. */
function detector(): void {
  let looks = 0
  vi.stubGlobal(
    'BarcodeDetector',
    class {
      detect = () => Promise.resolve(++looks < 3 ? [] : [{ rawValue: 'cashuBfound' }])
    },
  )
}

afterEach(() => {
  render(null, document.body)
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe('Scan', () => {
  test('is not there where the browser reads no codes', () => {
    vi.stubGlobal('BarcodeDetector', undefined)
    render(h(Scan, { texts, found: () => {} }), document.body)
    expect(document.querySelector('button')).toBe(null)
  })

  test('looks until there is a code, and turns the camera off', async () => {
    detector()
    const track = camera()
    const found = vi.fn<(text: string) => void>()
    render(h(Scan, { texts, found }), document.body)
    button().click()
    await vi.waitUntil(() => found.mock.calls.length > 0, 10_000)
    expect(found).toHaveBeenCalledExactlyOnceWith('cashuBfound')
    await vi.waitUntil(() => track.readyState === 'ended')
    expect(document.querySelector('video')).toBe(null)
  })

  test('says so when the camera is refused', async () => {
    detector()
    vi.spyOn(navigator.mediaDevices, 'getUserMedia').mockRejectedValue(new DOMException('no', 'NotAllowedError'))
    render(h(Scan, { texts, found: () => {} }), document.body)
    button().click()
    await vi.waitUntil(() => document.querySelector('[role=alert]'))
    expect(document.querySelector('[role=alert]')?.textContent).toBe(texts.scanNo)
  })
})
