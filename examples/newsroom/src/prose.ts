// The little Markdown that our authors use, as HTML: paragraphs, `## headings`, `> pull quotes`, *emphasis*, **strong**,
// `code`. Pages and the tills' content use it.

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (text: string): string => text.replace(/[&<>"]/g, (char) => escapes[char] as string)

function inline(text: string): string {
  return escape(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/\*([^*]+)\*/g, '<em>$1</em>')
}

function block(text: string): string {
  if (text.startsWith('## ')) return `<h2>${inline(text.slice(3))}</h2>`
  if (text.startsWith('> ')) return `<blockquote><p>${inline(text.slice(2))}</p></blockquote>`
  return `<p>${inline(text.replaceAll('\n', ' '))}</p>`
}

const blocksOf = (text: string): string[] =>
  text
    .split(/\n{2,}/)
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** Prose as HTML, one element a block. */
export function toHtml(text: string): string {
  return blocksOf(text).map(block).join('\n')
}

/** Prose as plain sentences, without marks: what tests look for and what descriptions are made of. */
export function toPlain(text: string): string[] {
  return blocksOf(text)
    .map((part) => part.replace(/^(##|>) /, '').replace(/[*`]/g, ''))
    .flatMap((part) => part.split(/(?<=[.?!]”?)\s+/))
}

/** How many words prose has. */
export function wordsIn(text: string): number {
  return text.split(/\s+/).filter((word) => /\w/.test(word)).length
}
