/** Bugs planted on purpose, as changes of source text that only the simulator makes: each must be caught. */
import type { Patch } from './hooks.ts'
import type { Durability } from './storage.ts'

/** One bug. `what` says which promise it breaks. */
export type PlantedBug = { readonly name: string; readonly what: string; readonly patches: readonly Patch[]; readonly durability?: Durability }

export const plantedBugs: readonly PlantedBug[] = []
