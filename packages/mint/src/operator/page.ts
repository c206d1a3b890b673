// What a page of the operator's is given and what it says of itself: types; pages.ts puts the two together.

import type { Deps } from '../deps.ts'
import type { PageParts } from './layout.ts'
import type { Session } from './session.ts'

/** What a page is given. */
export interface Asked {
  readonly deps: Deps
  readonly session: Session
  readonly url: URL
}

/** What a page says of itself; the rest of it is every page's. */
export type Page = Pick<PageParts, 'title' | 'at' | 'body' | 'status'>
