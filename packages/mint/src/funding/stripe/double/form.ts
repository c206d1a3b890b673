// Reads the bracketed forms that Stripe's API takes (`a[b][0]=c`); api.ts calls it.

/** A decoded form: text, lists and nested forms. */
export interface Form {
  readonly [name: string]: FormValue
}

/** @see Form */
export type FormValue = string | Form | readonly FormValue[]

const partsMax = 8

/** Decodes a form. Names that would reach into an object's own workings are dropped. */
export function readForm(text: string): Form {
  const root: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const [name, value] of new URLSearchParams(text)) {
    const parts = [...name.matchAll(/[^[\]]+|\[\]/g)].map(([part]) => part).slice(0, partsMax)
    if (parts.length > 0 && !parts.includes('__proto__')) place(root, parts, value)
  }
  return tidy(root) as Form
}

function place(at: Record<string, unknown>, [first = '', ...rest]: readonly string[], value: string): void {
  const name = first === '[]' ? String(Object.keys(at).length) : first
  if (rest.length === 0) {
    at[name] = value
    return
  }
  const next = at[name]
  const inner = typeof next === 'object' && next !== null ? next : (Object.create(null) as object)
  at[name] = inner
  place(inner as Record<string, unknown>, rest, value)
}

/** Forms whose names are 0, 1, 2 ... are lists. */
function tidy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, inner]) => [name, tidy(inner)] as const)
  const isList = entries.length > 0 && entries.every(([name], index) => name === String(index))
  return isList ? entries.map(([, inner]) => inner) : Object.fromEntries(entries)
}

/** Text at a path of a form, if there is. */
export function textAt(form: FormValue | undefined, ...path: readonly (string | number)[]): string | undefined {
  let at: FormValue | undefined = form
  for (const name of path) {
    if (typeof at !== 'object') return undefined
    at = (at as Record<string | number, FormValue | undefined>)[name]
  }
  return typeof at === 'string' ? at : undefined
}

/** A flat form at a path, as metadata is. */
export function flatAt(form: Form, ...path: readonly string[]): Record<string, string> {
  let at: FormValue | undefined = form
  for (const name of path) at = typeof at === 'object' ? (at as Form)[name] : undefined
  if (typeof at !== 'object') return {}
  return Object.fromEntries(
    Object.entries(at).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
}
