// The bounds that element and frame check. limits.ts lists them with the others; the page's bundle carries these numbers alone.

/** Largest amount, in minor units. */
export const amountMax = 99_999_999
/** Longest delivered body. */
export const contentBytesMax = 2_097_152
/** Longest message in UTF-8, without a delivered body. */
export const bridgeMessageBytesMax = 8_192
/** Most requests without an answer. */
export const bridgeInFlightMax = 8
/** Longest URL, in UTF-16 units. */
export const urlMax = 2_048
