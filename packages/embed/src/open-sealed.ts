// Decrypts the article that lies sealed in an element, once its key was bought, and puts it there. unseal calls it.
import { openArticle, parseSealedKeys } from '@tuppence/protocol'
import { placeHtml } from './content.ts'
import type { SuccessDetail } from './events.ts'
import { sealedWords } from './open-sealed-words.ts'

/**
 * Opens an element's sealed article with the keys that were delivered for it.
 *
 * @param detail - Of `tuppence:success`: `url` is the offer the keys are for, `body` the keys.
 * @returns What came of it: also the element's `sealed` attribute, for styles and tests. `gone`: the element is for another
 * article by now, and stays as it is.
 */
export async function openSealed(
  element: HTMLElement,
  { url, body }: Pick<SuccessDetail, 'url' | 'body'>,
): Promise<'open' | 'no-key' | 'refused' | 'gone'> {
  const template = element.querySelector<HTMLTemplateElement>('template[data-tuppence-sealed]')
  const label = template?.dataset['tuppenceSealed'] ?? ''
  const text = template?.content.textContent ?? ''
  const opened = await openArticle({ label, text, offer: url }, parseSealedKeys(body))
  // While this file loaded and opened it, the page may have put another article here.
  const href = element.getAttribute('href')
  if (href !== null && URL.parse(href, document.baseURI)?.href !== url) return 'gone'
  const content = contentOf(element) ?? document.createElement('div')
  content.slot = 'content'
  content.tabIndex = -1
  element.append(content)
  if (opened.status === 'open') {
    placeHtml(content, opened.html)
    for (const locked of lockedOf(element)) locked.hidden = true
    if (document.activeElement === element) content.focus({ preventScroll: true })
  } else {
    content.setAttribute('role', 'alert')
    content.textContent = sealedWords(element.closest<HTMLElement>('[lang]')?.lang ?? '')[opened.status]
  }
  element.setAttribute('sealed', opened.status)
  return opened.status
}

/** Takes away what was opened: the element is as it was before. */
export function shutSealed(element: HTMLElement): void {
  contentOf(element)?.remove()
  for (const locked of lockedOf(element)) locked.hidden = false
  element.removeAttribute('sealed')
}

const contentOf = (element: HTMLElement) => element.querySelector<HTMLElement>(':scope > [slot=content]')
const lockedOf = (element: HTMLElement) => element.querySelectorAll<HTMLElement>(':scope > [slot=locked]')
