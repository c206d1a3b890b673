// A token as short as it can be, for a code that a camera reads from a screen. send.tsx draws it.
import { decodeToken, encodeToken } from '@tuppence/protocol'

/**
 * Leaves out the proofs that the mint signed these coins (DLEQ): who takes a token swaps its coins, and finds out then.
 *
 * @param token - As `wallet.send` made it.
 */
export function cameraText(token: string): string {
  const { proofs, ...rest } = decodeToken(token)
  return encodeToken({ ...rest, proofs: proofs.map(({ id, amount, secret, C }) => ({ id, amount, secret, C })) })
}
