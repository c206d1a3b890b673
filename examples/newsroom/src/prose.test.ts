import { describe, expect, test } from 'vitest'
import { toHtml, toPlain, wordsIn } from './prose.ts'

describe('prose', () => {
  test('makes one element a block', () => {
    expect(toHtml('One\nline.\n\n## Head\n\n> Pulled *out*')).toBe(
      '<p>One line.</p>\n<h2>Head</h2>\n<blockquote><p>Pulled <em>out</em></p></blockquote>',
    )
  })

  test('escapes what the author did not mean as HTML', () => {
    expect(toHtml('<script>alert("x")</script> & `a < b`')).toBe(
      '<p>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; <code>a &lt; b</code></p>',
    )
  })

  test('tells sentences apart', () => {
    expect(toPlain('## A head\n\nOne, *two*. “Three?” Four.')).toEqual(['A head', 'One, two.', '“Three?”', 'Four.'])
  })

  test('counts words, not dashes', () => {
    expect(wordsIn('one — two, three-four')).toBe(3)
  })
})
