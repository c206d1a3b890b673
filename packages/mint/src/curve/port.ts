// What the mint asks of the curve; native.ts and portable.ts answer with the same bytes, and open.ts chooses.

/** A blind signature with its proof (NUT-12): a compressed point and two 32-byte scalars, all lower-case hex. */
export interface BlindSigned {
  readonly c: string
  readonly e: string
  readonly s: string
}

/** A private key of one denomination with its public point, which the proof needs each time. */
export interface DenominationKey {
  readonly privateKey: Uint8Array
  /** 33 bytes, compressed. */
  readonly publicKey: Uint8Array
}

/** The mint's curve arithmetic. Points are compressed hex unless said otherwise; secret scalars only in constant time. */
export interface MintCurve {
  readonly name: 'native' | 'portable'
  /** @returns 33-byte compressed point kG. */
  publicKey(privateKey: Uint8Array): Uint8Array
  isPoint(point: string): boolean
  /** @returns Y in hex. @see NUT-00 "hash_to_curve" */
  hashToCurve(secret: string): string
  /** Whether kY == C for a coin's secret; false also when C is no point. */
  verifyCoin(coin: { readonly y: string; readonly c: string }, privateKey: Uint8Array): boolean
  /** Signs an output and proves it. @throws {TuppenceError} `bad-point`. */
  sign(output: string, key: DenominationKey): BlindSigned
}
