import { beforeEach, describe, expect, test } from 'vitest'
import { placeHtml, placeParsed } from './content.ts'

declare global {
  var ran: string[]
}

beforeEach(() => {
  globalThis.ran = []
  document.body.replaceChildren()
})

/** HTML that would add to `ran` if any of it ran. From the usual lists of what gets past filters. */
const attacks = [
  '<script>ran.push("script")</script>',
  '<SCRIPT SRC="data:text/javascript,ran.push(1)"></SCRIPT>',
  '<img src="x:" onerror="ran.push(1)">',
  '<img src="x:" ONERROR=ran.push(1)>',
  '<svg onload="ran.push(1)"></svg>',
  '<svg><script>ran.push(1)</script></svg>',
  '<svg><animate onbegin="ran.push(1)" attributeName="x" dur="1s"></animate></svg>',
  '<svg><a xlink:href="javascript:ran.push(1)"><text y="20">x</text></a></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x: onerror=ran.push(1)&gt;">',
  '<form><math><mtext></form><form><mglyph><style></math><img src=x: onerror=ran.push(1)>',
  '<noscript><p title="</noscript><img src=x: onerror=ran.push(1)>">',
  '<template><img src=x: onerror=ran.push(1)></template>',
  '<iframe srcdoc="<script>parent.ran.push(1)</script>"></iframe>',
  '<iframe src="javascript:parent.ran.push(1)"></iframe>',
  '<object data="javascript:ran.push(1)"></object>',
  '<embed src="javascript:ran.push(1)">',
  '<a href="javascript:ran.push(1)">x</a>',
  '<a href="&#106;avascript:ran.push(1)">x</a>',
  '<a href="java\nscript:ran.push(1)">x</a>',
  '<a href=" \u0001javascript:ran.push(1)">x</a>',
  '<a href="data:text/html,<script>opener.ran.push(1)</script>">x</a>',
  '<a href="vbscript:ran.push(1)">x</a>',
  '<form action="javascript:ran.push(1)"><input type="submit" value="x"></form>',
  '<form><button formaction="javascript:ran.push(1)">x</button></form>',
  '<details open ontoggle="ran.push(1)"><summary>x</summary></details>',
  '<video poster="javascript:ran.push(1)" onloadstart="ran.push(1)"><source onerror="ran.push(1)"></video>',
  '<body onload="ran.push(1)">',
  '<link rel="stylesheet" href="data:text/css,*{color:red}">',
  '<meta http-equiv="refresh" content="0;url=javascript:ran.push(1)">',
  '<base href="javascript:/ran.push(1)//">',
  '<p style="background:url(javascript:ran.push(1))">x</p>',
  '<style>*{display:none}</style>',
  '<x-element onclick="ran.push(1)">x</x-element>',
  '<img name="body"><a name="forms" id="x">x</a>',
  '<p is="x-built-in">x</p>',
  '<div><template shadowrootmode="open"><img src="x:" onerror="ran.push(1)"><a href="javascript:ran.push(1)">x</a></template></div>',
  '<math><annotation-xml encoding="text/html"><img src=x: onerror=ran.push(1)></annotation-xml></math>',
  '<svg><foreignObject><img src=x: onerror=ran.push(1)></foreignObject></svg>',
  '<svg><p><style><!--</style><img src=x: onerror=ran.push(1)>--></style>',
  '<svg><desc><table><a id="x"><style><a title="</style><img src=x: onerror=ran.push(1)>"></style></svg>',
  '<a href="#x" ping="/spy" onfocus="ran.push(1)" autofocus tabindex="0">x</a>',
  `${'<div>'.repeat(600)}<table><svg><title><img src=x: onerror=ran.push(1)></title></svg>`,
  '<frameset onload="ran.push(1)"><frame src="javascript:parent.ran.push(1)"></frameset>',
  '<portal src="javascript:ran.push(1)"></portal><dialog open onbeforetoggle="ran.push(1)"><p>x</p></dialog>',
  '<button popovertarget="x" onclick="ran.push(1)">x</button><div popover id="x" onbeforetoggle="ran.push(1)">x</div>',
]

describe.each([
  ['setHTML', placeHtml],
  ['the parser', placeParsed],
])('by %s', (_, place) => {
  test.each(attacks)('nothing runs of %s', async (html) => {
    const target = document.body.appendChild(document.createElement('div'))
    place(target, html)
    for (const link of target.querySelectorAll<HTMLElement>('a, button, summary')) link.click()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(ran).toEqual([])
    for (const element of target.querySelectorAll('*')) {
      expect([
        'script',
        'style',
        'iframe',
        'object',
        'embed',
        'link',
        'meta',
        'base',
        'svg',
        'math',
        'form',
      ]).not.toContain(element.localName)
      expect(element.shadowRoot).toBe(null)
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on|^(style|name|is|srcdoc|formaction|action|ping|autofocus|popover.*)$/)
        expect(value.trim()).not.toMatch(/^\W*(javascript|vbscript|data):/i)
      }
    }
  })

  test('keeps what an article is made of', () => {
    const target = document.createElement('div')
    const html =
      '<h2 id="one">Title</h2><p class="lead">Text <em>with</em> <a href="/next" rel="noopener">a link</a>.</p>' +
      '<figure><img src="/a.png" srcset="/b.png 2x" alt="A" width="30" height="20" loading="lazy"><figcaption>C</figcaption></figure>' +
      '<blockquote cite="/source"><p>Q</p></blockquote><ol start="3"><li>x</li></ol>' +
      '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table><p lang="ko" dir="ltr">가</p>'
    place(target, html)
    expect(target.innerHTML).toBe(html)
  })

  test('takes the place of what was there', () => {
    const target = document.createElement('div')
    place(target, '<p>one</p>')
    place(target, '<p>two</p>')
    expect(target.innerHTML).toBe('<p>two</p>')
  })
})
