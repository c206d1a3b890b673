// A reader's way through the demo in one engine, by clicks only: unlock, tip, re-open; and how many clicks each took.
import type { Demo } from '../../examples/newsroom/src/start.ts'
import { article } from '../harness/articles.ts'
import { sleep, until, type Browser, type Engine } from './engine.ts'

/** Clicks from a page to what it sells; `-` where the engine has no such step. */
export type Clicks = Readonly<Record<Step, number | '-'>>

/** What is counted, in the order of the table. */
export const steps = {
  'never been here': 'from nothing at all to the first article, money added on the way',
  'next article': 'another article of the same site',
  'new site': 'the first article of another site, from a loaded wallet',
  'next there': 'and its next one',
  tip: 'a tip of 25 cents',
  reload: 'what was bought, after a reload',
  restart: 'what was bought, after the browser was restarted',
} as const

export type Step = keyof typeof steps

const first = article('spend-a-penny')
const second = article('the-envelope-trick')
const post = article('ten-rods', 'posts')
const otherPost = article('garlic-on-a-cold-day', 'posts')

/**
 * Goes all the way once.
 *
 * @throws Error when a step does not end with what was bought on the page.
 */
export async function travel(engine: Engine, { news, blog }: Demo['urls']): Promise<Clicks> {
  const browser = await engine.open()
  try {
    const read = (url: string, locked: readonly string[]) => clicksTo(browser, url, 'tuppence-unlock', locked.at(-1)!)
    const clicks: Record<Step, number | '-'> = {
      'never been here': await read(`${news}/articles/${first.slug}`, first.locked),
      'next article': await read(`${news}/articles/${second.slug}`, second.locked),
      'new site': await read(`${blog}/articles/${post.slug}`, post.locked),
      'next there': await read(`${blog}/articles/${otherPost.slug}`, otherPost.locked),
      tip: await clicksTo(browser, `${news}/support`, 'tuppence-tip'),
      reload: await read(`${news}/articles/${first.slug}`, first.locked),
      restart: '-',
    }
    if (browser.restart) {
      await browser.restart()
      clicks.restart = await read(`${news}/articles/${second.slug}`, second.locked)
    }
    return clicks
  } finally {
    await browser.close()
  }
}

/** Opens a page and presses what there is to press, in the frame and in the wallet's window, until it has delivered. */
async function clicksTo(browser: Browser, url: string, element: string, words?: string): Promise<number> {
  await browser.goto(url)
  const isThere = async () => {
    if (words !== undefined) return (await browser.delivered()).includes(words)
    return (await browser.frame(element))?.state === 'delivered'
  }
  let clicks = 0
  let pressedIn: 'frame' | 'popup' | undefined
  await until(
    () => `${new URL(url).pathname} has delivered (${clicks} clicks so far)`,
    async () => {
      if (await isThere()) return true
      const popup = await browser.popup()
      if (popup === 'armed' && pressedIn !== 'popup') {
        await browser.pressPopup()
        pressedIn = 'popup'
        clicks += 1
      } else if (popup === 'none' && pressedIn !== 'frame' && (await browser.frame(element))?.armed) {
        await browser.pressFrame(element)
        pressedIn = 'frame'
        clicks += 1
        // A window takes a moment to open, and a payment to arrive: neither is a reason to press again.
        await sleep(300)
      }
      return false
    },
  )
  return clicks
}
