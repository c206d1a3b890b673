// Sums by operation over millions of rows: a number for each operation in an array that grows; audit.ts adds and compares.

/** A sum for each operation, by its sequence. */
export interface Tally {
  add(sequence: number, amount: number): void
  at(sequence: number): number
  readonly length: number
}

/** Makes a tally of zeros. Sums are exact below 2^53; sums of fingerprints wrap, alike on both sides. */
export function createTally(): Tally {
  let sums = new Float64Array(1 << 16)
  let length = 0
  return {
    add: (sequence, amount) => {
      if (sequence >= sums.length) {
        const larger = new Float64Array(Math.max(sums.length * 2, sequence + 1))
        larger.set(sums)
        sums = larger
      }
      if (sequence >= length) length = sequence + 1
      sums[sequence] = (sums[sequence] as number) + amount
    },
    at: (sequence) => sums[sequence] ?? 0,
    get length() {
      return length
    },
  }
}

/** 40 bits of bytes, from an offset, as a number: enough to tell two points apart, few enough to add thousands exactly. */
export function fingerprint(bytes: Uint8Array, offset: number): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = bytes.subarray(offset, offset + 5)
  return a * 0x1_0000_0000 + b * 0x100_0000 + c * 0x1_0000 + d * 0x100 + e
}

/** Sum of the fingerprints of hex values in JSON text, each after a key such as `"C_":"`, from an offset in bytes. */
export function fingerprintsIn(text: string, key: string, offset: number): number {
  let sum = 0
  for (let at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + key.length)) {
    const start = at + key.length + offset * 2
    sum += Number.parseInt(text.slice(start, start + 10), 16)
  }
  return sum
}
