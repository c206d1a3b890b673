/** One thing after the other: how the memory and node storages keep transactions apart. */

/**
 * Makes a function that runs what it is given in turn; a failure does not stop those that wait.
 *
 * @returns Resolves or rejects as the given function does.
 */
export function queue(): <T>(run: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (run) => {
    const next = last.then(run, run)
    last = next.catch(() => {})
    return next
  }
}
