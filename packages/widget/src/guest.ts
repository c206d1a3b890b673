// Whether this browser will forget everything when its window is closed. Popup, frame and wallet page ask before money is added.

/** `guest`: a private window, as far as it can be told. Where it can't, it is taken for an ordinary one. */
export type Guest = 'guest' | 'resident'

/** The most that a guest may add: what one can afford to lose with a window. Minor units. */
export const guestTopUpMax = 500

/**
 * Looks for the mark of a private window: Firefox and Safari refuse the private file system there.
 *
 * Chromium (156) has it in memory and answers everything else as ever (quota, permissions); it is not told apart from
 * an ordinary window, rather than guessed at: how fast a write is says more about the disk. So this is a courtesy to
 * readers, and no safeguard.
 */
export async function isGuest(
  storage: Pick<StorageManager, 'getDirectory'> | undefined = globalThis.navigator?.storage,
): Promise<Guest> {
  if (!storage?.getDirectory) return 'resident'
  return storage.getDirectory().then(
    () => 'resident' as const,
    () => 'guest' as const,
  )
}
