/** What a person did wrong, with where: a file and line, or a field. Every command ends with it; the rest are faults. */

/** Where something is: a file, its line from 1, or a field of a configuration by its dotted path. */
export type Place = Readonly<{ file?: string | undefined; line?: number | undefined; field?: string | undefined }>

/** A mistake that its maker can mend; the message begins with where it is. */
export class Mistake extends Error {
  readonly place: Place
  readonly reason: string
  constructor(reason: string, place: Place = {}) {
    const { file, line, field } = place
    const at = [file, line, field].filter((part) => part !== undefined && part !== '').join(':')
    super(at === '' ? reason : `${at}: ${reason}`)
    this.name = 'Mistake'
    this.place = place
    this.reason = reason
  }
}

/** By shape, never by class: two copies of this package may be in one build. */
export function isMistake(error: unknown): error is Mistake {
  return error instanceof Error && error.name === 'Mistake' && 'place' in error
}

/** Which line of a text an offset is in, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}
