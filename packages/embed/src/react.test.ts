import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Balance, Tip, Unlock } from './react.ts'

test('renders on a server, with what a reader without JavaScript needs', () => {
  const link = createElement('a', { href: '/read/salt' }, 'Read')
  const teaser = createElement('p', null, 'Once')
  const props = { wallet: 'https://wallet.example', href: '/read/salt', price: '0.05', className: 'prose', teaser }
  expect(renderToString(createElement(Unlock, props, link))).toBe(
    '<tuppence-unlock href="/read/salt" price="0.05" class="prose"><div slot="teaser"><p>Once</p></div><a href="/read/salt">Read</a></tuppence-unlock>',
  )
  expect(renderToString(createElement(Tip, { href: '/tip', presets: ['0.25', '1'] }))).toBe(
    '<tuppence-tip href="/tip" presets="0.25 1"></tuppence-tip>',
  )
  expect(renderToString(createElement(Balance, { theme: 'dark' }))).toBe(
    '<tuppence-balance theme="dark"></tuppence-balance>',
  )
})
