// The bounds that element and frame check. limits.ts lists them with the others; the page's bundle carries these numbers alone.

export const amountMax = 99_999_999
export const contentBytesMax = 2_097_152
export const bridgeMessageBytesMax = 8_192
export const bridgeInFlightMax = 8
export const urlMax = 2_048
