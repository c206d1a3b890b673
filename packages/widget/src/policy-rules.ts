// How much the reader's rules may do, and when: like policy.ts, for what the frame loads later.

/** What a rule that is set in a frame may spend in a day by itself, at one site and in all. The wallet page changes it. */
export const autoMax = { siteDay: 100, day: 300 } as const

/** A reader has to have had an offer in view this long before a rule pays it, and sees a countdown where it can't be undone. */
export const autoSeenMs = 1_200
export const countdownMs = 3_000
