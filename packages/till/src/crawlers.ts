/** Knows the crawlers of search engines by their addresses: a name in a header is nobody's word. */
import { promises as dns } from 'node:dns'

/** The two questions to the DNS: names of an address, addresses of a name. */
export type Resolver = Readonly<{
  reverse: (address: string) => Promise<readonly string[]>
  forward: (name: string) => Promise<readonly string[]>
}>

/** Whether a request is a search engine's. */
export type KnowsCrawler = (request: Request, address: string | undefined) => Promise<boolean>

// What each says of itself, and the domains that its addresses are named under, as the engines publish them: Google
// ("Verifying Googlebot"), Microsoft ("Verify Bingbot"), Apple ("About Applebot"), Yandex, Baidu, Naver ("Yeti").
const crawlers: readonly (readonly [name: RegExp, domains: readonly string[]])[] = [
  // Below google.com are also fetchers that anyone sends out, under a name of their choice.
  [/Googlebot|Google-InspectionTool|Storebot-Google/, ['googlebot.com']],
  [/bingbot|adidxbot/i, ['search.msn.com']],
  [/Applebot(?!-Extended)/, ['applebot.apple.com']],
  [/YandexBot/, ['yandex.ru', 'yandex.net', 'yandex.com']],
  [/Baiduspider/i, ['baidu.com', 'baidu.jp']],
  [/Yeti\//, ['naver.com']],
]
const knownMs = 86_400_000
// A crawler whose names could not be had is soon asked about again.
const unknownMs = 3_600_000
const addressesMax = 10_000
const patienceMs = 2_000

/** Asks the system's resolver. */
export const systemResolver: Resolver = {
  reverse: (address) => dns.reverse(address),
  forward: async (name) => (await dns.lookup(name, { all: true })).map(({ address }) => address),
}

/** Makes the test; what it learns it keeps for a day. */
export function crawlerTest(deps: Readonly<{ resolver: Resolver; nowMs: () => number }>): KnowsCrawler {
  const { resolver, nowMs } = deps
  const kept = new Map<string, { untilMs: number; domains: Promise<readonly string[]> }>()
  const domainsOf = (address: string): Promise<readonly string[]> => {
    const known = kept.get(address)
    if (known && known.untilMs > nowMs()) return known.domains
    if (kept.size >= addressesMax) kept.delete(kept.keys().next().value as string)
    const entry = { untilMs: nowMs() + unknownMs, domains: Promise.resolve<readonly string[]>([]) }
    entry.domains = named(resolver, address).then((names) => {
      if (names.length > 0) entry.untilMs = nowMs() + knownMs
      return names
    })
    kept.set(address, entry)
    return entry.domains
  }
  return async (request, address) => {
    const agent = request.headers.get('user-agent') ?? ''
    const domains = crawlers.find(([name]) => name.test(agent))?.[1]
    if (!domains || address === undefined) return false
    const names = await domainsOf(address)
    return names.some((name) => isBelow(name, domains))
  }
}

function isBelow(name: string, domains: readonly string[]): boolean {
  return domains.some((domain) => name.toLowerCase().endsWith(`.${domain}`))
}

/**
 * Names of an address that lead back to it. Only an engine's own are looked up: whoever has an address may name it after a
 * server that never answers.
 */
async function named({ reverse, forward }: Resolver, address: string): Promise<readonly string[]> {
  const names = (await patient(reverse(address))).filter((name) =>
    crawlers.some(([, domains]) => isBelow(name, domains)),
  )
  const checked = await Promise.all(
    names
      .slice(0, 4)
      .map(async (name) => ((await patient(forward(name))).includes(address) ? [name.toLowerCase()] : [])),
  )
  return checked.flat()
}

/** A name server that fails or keeps silent knows nothing: a reader waits behind it. */
function patient(asked: Promise<readonly string[]>): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => resolve([]), patienceMs)
  })
  return Promise.race([asked.catch(() => []), silence]).finally(() => clearTimeout(timer))
}
