// What a language has to say, as English says it: the shapes that every other language is checked against.
import type { ErrorCode } from '@tuppence/protocol'
import type { frame } from './en/frame.ts'
import type { funding } from './en/funding.ts'
import type { later } from './en/later.ts'
import type { page } from './en/page.ts'
import type { popup } from './en/popup.ts'
import type { screens } from './en/screens.ts'

export type FrameTexts = typeof frame
export type LaterTexts = typeof later
export type PopupTexts = typeof popup
export type PageTexts = typeof page
export type ScreenTexts = typeof screens
export type FundingTexts = typeof funding
/** A sentence for every code there is. */
export type ErrorTexts = Record<ErrorCode, string>

/** All that the frame says: at once, and after a press. */
export type FrameWords = { readonly frame: FrameTexts; readonly later: LaterTexts }
