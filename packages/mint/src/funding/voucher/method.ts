// Vouchers as a funding method, as far as /v1/info tells of it; methods.ts makes it, voucher.ts redeems.

import { TuppenceError } from '@tuppence/protocol'
import type { Funding } from '../port.ts'

/** Name of the method, in paths and in the journal. */
export const voucherMethod = 'voucher'

/** Makes the method. @param bounds - Least and most that a voucher is worth, in minor units. */
export function voucherFunding(bounds: { minAmount: number; maxAmount: number; units: readonly string[] }): Funding {
  return {
    method: voucherMethod,
    name: 'Voucher',
    ...bounds,
    needsKey: true,
    mintOptions: { voucher: true },
    // A voucher's quote is made by its code alone.
    request: () => Promise.reject(new TuppenceError('voucher-invalid')),
  }
}
