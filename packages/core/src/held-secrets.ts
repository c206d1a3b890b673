/** Which coins open payments hold: apart from the payments' table, which a frame does not load. */

/** The secrets that open payments hold, so that nobody else spends them. */
export function heldSecrets(payments: Iterable<{ readonly coins: readonly string[] }>): Set<string> {
  const held = new Set<string>()
  for (const payment of payments) for (const secret of payment.coins) held.add(secret)
  return held
}
