// What lies on the operator's desk: types that each kind of thing fills in for itself; desks.ts lists the kinds.

import type { Deps } from '../deps.ts'
import type { Subject, SubjectSource } from './decide.ts'
import type { Html } from './layout.ts'

/** How urgent a word looks. */
export type Tone = 'good' | 'warn' | 'bad' | 'dull'

/** A word in a coloured field. */
export interface Tag {
  readonly text: string
  readonly tone: Tone
}

/** Something that waits, as the list of its kind shows it. Amounts in minor units. */
export interface Held {
  readonly id: string
  readonly title: string
  readonly amount?: number
  readonly unit?: string
  readonly sinceMs: number
  readonly tags: readonly Tag[]
  /** Why it waits: each with a word for its weight. */
  readonly reasons: readonly Reason[]
}

/** A reason that a person can read, with the figures behind it. */
export interface Reason {
  readonly tag: Tag
  readonly text: string
  /** What gave it: a rule's name. */
  readonly rule: string
  readonly figures: Readonly<Record<string, number>>
}

/** Everything about one thing, as its page shows it. */
export interface View extends Held {
  readonly subject: Subject
  /** Its state in a word, for people. */
  readonly state: string
  readonly facts: readonly (readonly [label: string, value: string | Html])[]
  /** What happened to it, beside decisions. */
  readonly events: readonly { readonly atMs: number; readonly text: string }[]
  /** Names of the desk's actions that make sense now. */
  readonly actions?: readonly string[]
  /** More below: tables of its kind. */
  readonly more?: Html
}

/** Something that one person may do to one kind of thing, beside approving and rejecting it. */
export interface Action {
  readonly value: string
  readonly label: string
  /** What the form asks for, where it needs more than a note. */
  readonly asks?: string
  /** @returns Why it was not done; undefined where it was. */
  run(deps: Deps, id: string, given: { person: string; note: string; value: string }): Promise<string | undefined>
}

/** One kind of thing. */
export interface Desk {
  /** Below /operator. */
  readonly path: string
  readonly heading: string
  readonly one: string
  /** Said where nothing waits. */
  readonly none: string
  readonly source: SubjectSource
  /** What approving does, for the button: "Approve", "Credit it". */
  readonly approveLabel: string
  readonly actions?: readonly Action[]
  /** The longest waiting first. */
  held(deps: Deps): Promise<readonly Held[]>
  view(deps: Deps, id: string): Promise<View | undefined>
}
