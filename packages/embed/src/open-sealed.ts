// Decrypts the article that lies sealed in an element, once its key was bought, and puts it there. unseal calls it.
import { openArticle, parseSealedKeys } from '@tuppence/protocol'
import { placeHtml } from './content.ts'
import type { SuccessDetail } from './events.ts'
import { sealedWords } from './open-sealed-words.ts'

/**
 * Opens an element's sealed article with the keys that were delivered for it.
 *
 * @param detail - Of `tuppence:success`: `url` is the offer the keys are for, `body` the keys.
 * @returns What came of it: also the element's `sealed` attribute, for styles and tests.
 */
export async function openSealed(
  element: HTMLElement,
  { url, body }: Pick<SuccessDetail, 'url' | 'body'>,
): Promise<'open' | 'no-key' | 'refused'> {
  const template = element.querySelector<HTMLTemplateElement>('template[data-tuppence-sealed]')
  const label = template?.dataset['tuppenceSealed'] ?? ''
  const text = template?.content.textContent ?? ''
  const opened = await openArticle({ label, text, offer: url }, parseSealedKeys(body))
  const content = element.querySelector<HTMLElement>(':scope > [slot=content]') ?? document.createElement('div')
  content.slot = 'content'
  content.tabIndex = -1
  element.append(content)
  if (opened.status === 'open') {
    placeHtml(content, opened.html)
    for (const locked of element.querySelectorAll<HTMLElement>(':scope > [slot=locked]')) locked.hidden = true
    if (document.activeElement === element) content.focus({ preventScroll: true })
  } else {
    content.setAttribute('role', 'alert')
    content.textContent = sealedWords(element.closest<HTMLElement>('[lang]')?.lang ?? '')[opened.status]
  }
  element.setAttribute('sealed', opened.status)
  return opened.status
}
