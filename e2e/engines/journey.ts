// A reader's way through the demo in one engine, by clicks only: unlock, tip, re-open; and how many clicks each took.
import type { Demo } from '../../examples/newsroom/src/start.ts'
import { article, type Article } from '../harness/articles.ts'
import type { HouseOptions } from '../harness/demo.ts'
import { scrollScript, sleep, until, type Browser, type Engine } from './engine.ts'

/** Clicks from a page to what it sells; `-` where the engine has no such step. */
export type Clicks = Readonly<Record<Step, number | '-'>>

/** What is counted, in the order of the table. */
export const steps = {
  granted: 'never been here, at a publisher that gives the first article away',
  'never here': 'never paid anywhere: from nothing at all to the article, money added on the way',
  next: 'another article of the same site',
  'new site': 'the first article of another site, from a loaded wallet',
  'next there': 'and its next one, dearer than a rule that was set there',
  'by rule': 'an article that the rule which the reader set there pays for',
  tip: 'a tip of 25 cents',
  reload: 'what was bought, after a reload',
  restart: 'what was bought, after the browser was restarted',
} as const

export type Step = keyof typeof steps

/** What the publishers of the journey's demo offer besides the price. */
export const terms: NonNullable<HouseOptions['terms']> = { news: { free: { count: 1, per: 'month' } }, blog: {} }

const given = article('spend-a-penny')
const nickel = article('a-nickel-a-song')
const dearer = article('the-envelope-trick')
const byRule = article('rebecca-at-the-gate')
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
    const read = (site: string, { slug, locked }: Article, patienceMs = 0) =>
      clicksTo(browser, `${site}/articles/${slug}`, { element: 'tuppence-unlock', words: locked.at(-1)!, patienceMs })
    const clicks: Record<Step, number | '-'> = {
      granted: await read(news, given),
      'never here': await read(blog, post),
      next: await read(blog, otherPost),
      'new site': await read(news, nickel),
      'next there': '-',
      'by rule': '-',
      tip: '-',
      reload: '-',
      restart: '-',
    }
    await setRule(browser)
    clicks['next there'] = await read(news, dearer)
    // A rule counts down before it pays.
    clicks['by rule'] = await read(news, byRule, 12_000)
    clicks.tip = await clicksTo(browser, `${news}/support`, { element: 'tuppence-tip' })
    clicks.reload = await read(news, nickel)
    if (browser.restart) {
      await browser.restart()
      clicks.restart = await read(news, dearer)
    }
    return clicks
  } finally {
    await browser.close()
  }
}

/** Has the frame of what was just bought keep the rule "always here", which is not among the clicks to an article. */
async function setRule(browser: Browser): Promise<void> {
  for (const [text, state] of [
    ['Always here?', 'rule'],
    ['Always here', 'delivered'],
  ] as const) {
    await until(
      () => `"${text}" was pressed`,
      async () => {
        if ((await browser.frame('tuppence-unlock'))?.state === state) return true
        await browser.pressFrame('tuppence-unlock', text)
        await sleep(1_000)
        return false
      },
    )
  }
}

type Goal = {
  readonly element: string
  /** Of what is delivered; without them the frame says when it is done. */
  readonly words?: string
  /** How long to wait for something to happen by itself. */
  readonly patienceMs?: number
}

/** Opens a page and presses what there is to press, in the frame and in the wallet's window, until it has delivered. */
async function clicksTo(browser: Browser, url: string, { element, words, patienceMs = 0 }: Goal): Promise<number> {
  await browser.goto(url)
  const patientUntil = Date.now() + patienceMs
  const isThere = async () => {
    if (words !== undefined) return (await browser.delivered()).includes(words)
    return (await browser.frame(element))?.state === 'delivered'
  }
  let clicks = 0
  let seen = ''
  let waits = 0
  let pressedIn: 'frame' | 'popup' | undefined
  await until(
    () => `${new URL(url).pathname} has delivered (${clicks} clicks so far; ${seen})`,
    async () => {
      if (await isThere()) return true
      const popup = await browser.popup()
      const view = await browser.frame(element)
      seen = `frame ${view?.state}${view?.armed ? ', armed' : ''}, window ${popup}`
      if (popup === 'armed' && pressedIn !== 'popup') {
        await browser.pressPopup()
        pressedIn = 'popup'
        clicks += 1
      } else if (Date.now() < patientUntil) {
        return false
      } else if (popup === 'none' && !view?.armed) {
        // A reader who can't press scrolls there; and an engine that missed that something came into view looks again.
        if (++waits % 40 === 0) await browser.evaluate(scrollScript)
      } else if (popup === 'none' && pressedIn !== 'frame') {
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
