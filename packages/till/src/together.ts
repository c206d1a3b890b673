/** Sends what waits together: the mint client's deposits go one by one while few come, and in batches when many do. */

/** How they are sent. */
export type TogetherOptions<T, R> = Readonly<{
  /** Sends some, and says what became of each, in order. What it throws became of all of them. */
  send(items: readonly T[], waitedMs: number): Promise<readonly PromiseSettledResult<R>[]>
  /** Requests under way before anything waits. */
  inFlightMax: number
  /** Most items of one request, and most of their sizes in all; a larger item goes alone. */
  itemsMax: number
  sizeMax: number
  sizeOf(item: T): number
  /** How long an item may wait before it is given up, unsent. */
  waitMaxMs: number
  tooLate(): Error
  nowMs?: () => number
}>

type Waiting<T, R> = Readonly<{
  item: T
  atMs: number
  resolve: (result: R) => void
  reject: (error: unknown) => void
}>

/**
 * Makes a sender without a timer: what comes while `inFlightMax` requests are under way waits, and goes with all else that
 * waits as soon as one of them is done.
 *
 * @returns Sends one item, alone or with others.
 */
export function together<T, R>(options: TogetherOptions<T, R>): (item: T) => Promise<R> {
  const { nowMs = () => performance.now(), inFlightMax } = options
  const waiting: Waiting<T, R>[] = []
  let inFlight = 0

  const start = (): void => {
    giveUp(waiting, nowMs() - options.waitMaxMs, options.tooLate)
    const items = nextOf(waiting, options)
    const [first] = items
    if (!first) return
    inFlight++
    void carry(items, nowMs() - first.atMs).finally(() => {
      inFlight--
      start()
    })
  }
  const carry = async (items: readonly Waiting<T, R>[], waitedMs: number): Promise<void> => {
    try {
      const results = await options.send(
        items.map(({ item }) => item),
        waitedMs,
      )
      for (const [index, each] of items.entries()) {
        const result = results[index]
        if (result?.status === 'fulfilled') each.resolve(result.value)
        else each.reject(result?.reason)
      }
    } catch (error) {
      for (const each of items) each.reject(error)
    }
  }
  return (item) =>
    new Promise<R>((resolve, reject) => {
      waiting.push({ item, atMs: nowMs(), resolve, reject })
      if (inFlight < inFlightMax) start()
    })
}

function giveUp<T, R>(waiting: Waiting<T, R>[], sinceMs: number, tooLate: () => Error): void {
  const kept = waiting.findIndex(({ atMs }) => atMs > sinceMs)
  for (const each of waiting.splice(0, kept < 0 ? waiting.length : kept)) each.reject(tooLate())
}

/** Takes the next request's items from those that wait, in their order. */
function nextOf<T, R>(
  waiting: Waiting<T, R>[],
  { itemsMax, sizeMax, sizeOf }: TogetherOptions<T, R>,
): readonly Waiting<T, R>[] {
  let size = 0
  const end = waiting.findIndex(({ item }, index) => {
    size += sizeOf(item)
    return index === itemsMax || (index > 0 && size > sizeMax)
  })
  return waiting.splice(0, end < 0 ? itemsMax : end)
}
