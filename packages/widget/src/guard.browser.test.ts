import { afterEach, describe, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { watchButton, type Verdict } from './guard.ts'
import { armingMs } from './policy.ts'

afterEach(() => document.body.replaceChildren())

function place(style = ''): { button: HTMLButtonElement; verdicts: Verdict[] } {
  const button = document.body.appendChild(document.createElement('button'))
  button.textContent = 'Unlock 5¢'
  button.style.cssText = `width: 200px; height: 48px; ${style}`
  const guard = watchButton(button)
  const verdicts: Verdict[] = []
  button.addEventListener('click', (event) => verdicts.push(guard.judge(event)))
  return { button, verdicts }
}

const armed = (button: Element) => vi.waitUntil(() => button.ariaDisabled === 'false', { timeout: 3_000 })

describe('watchButton', () => {
  test('arms a button only after it was seen for half a second', async () => {
    const start = performance.now()
    const { button } = place()
    expect(button.ariaDisabled).toBe('true')
    await armed(button)
    expect(performance.now() - start).toBeGreaterThanOrEqual(armingMs)
  })

  test('does not arm what is out of sight, and disarms what goes', async () => {
    const { button } = place('margin-top: 3000px')
    await new Promise((resolve) => setTimeout(resolve, armingMs + 300))
    expect(button.ariaDisabled).toBe('true')
    button.scrollIntoView()
    await armed(button)
    scrollTo(0, 0)
    await vi.waitUntil(() => button.ariaDisabled === 'true')
  })

  test('lets a real press pay, and no other', async () => {
    const { button, verdicts } = place()
    await armed(button)
    button.click()
    button.dispatchEvent(new MouseEvent('click', { detail: 1 }))
    await userEvent.click(button)
    expect(verdicts).toEqual(['ignore', 'ignore', 'pay'])
  })

  test('lets a key press pay, once the button was seen', async () => {
    const { button, verdicts } = place()
    await userEvent.tab()
    expect(document.activeElement).toBe(button)
    await userEvent.keyboard('{Enter}')
    await armed(button)
    await userEvent.keyboard('{Enter}')
    expect(verdicts).toEqual(['ignore', 'pay'])
  })

  test('sends key presses on a button that can’t be seen to the popup', async () => {
    const { button, verdicts } = place('opacity: 0')
    await armed(button)
    await userEvent.tab()
    await userEvent.keyboard('{Enter}')
    expect(verdicts).toEqual(['confirm'])
  })

  test('does not trust what was uncovered a moment ago, and does so again later', async () => {
    const { button, verdicts } = place('opacity: 0')
    await armed(button)
    button.focus()
    button.style.opacity = '1'
    await new Promise((resolve) => setTimeout(resolve, 150))
    await userEvent.keyboard('{Enter}')
    await new Promise((resolve) => setTimeout(resolve, 600))
    await userEvent.keyboard('{Enter}')
    expect(verdicts).toEqual(['confirm', 'pay'])
  })

  test('sends a press on a faded or covered button to the popup', async () => {
    const { button, verdicts } = place('opacity: 0.5')
    await armed(button)
    await userEvent.click(button)
    button.style.opacity = '1'
    const cover = document.body.appendChild(document.createElement('div'))
    cover.style.cssText = 'position: fixed; inset: 0; background: white; pointer-events: none'
    await new Promise((resolve) => setTimeout(resolve, 400))
    await userEvent.click(button, { force: true })
    expect(verdicts).toEqual(['confirm', 'confirm'])
  })

  test('is not put off by how the button looks while a reader rests on it', async () => {
    // The frame's own style sheet, which stays: the last test of this file.
    await import('./frame/frame.css')
    const { button, verdicts } = place()
    button.className = 'pay'
    await armed(button)
    await userEvent.hover(button)
    await new Promise((resolve) => setTimeout(resolve, 400))
    await userEvent.click(button)
    expect(verdicts).toEqual(['pay'])
  })
})
