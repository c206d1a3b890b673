// Long work in short turns, so that a request with hundreds of coins does not make all others wait; issue and redeem use it.

/** So much curve arithmetic takes some milliseconds: what others wait at most for one request. */
const turnItems = 16

/** Maps items in order, letting the event loop go round between every few of them. */
export async function mapInTurns<T, R>(items: readonly T[], each: (item: T) => R): Promise<R[]> {
  const results: R[] = []
  for (let start = 0; start < items.length; start += turnItems) {
    if (start > 0) await new Promise<void>((resolve) => setImmediate(resolve))
    for (const item of items.slice(start, start + turnItems)) results.push(each(item))
  }
  return results
}
