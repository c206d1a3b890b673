// What a part of the mint writes to have commands of its own: types only; command-parts.ts lists the parts.

import type { MintConfig } from './config.ts'

/** What a command needs of the process. */
export interface ProcessLike {
  readonly env: Readonly<Record<string, string | undefined>>
  cwd(): string
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
  once(event: 'SIGTERM' | 'SIGINT', listener: () => void): unknown
}

/** A command line as read. `words`: what is no option, in order. */
export interface CommandCall {
  readonly words: readonly string[]
  readonly values: Readonly<Record<string, string | boolean | undefined>>
  readonly config: MintConfig
  readonly proc: ProcessLike
}

/** The commands of one part. */
export interface CommandPart {
  /** A line for each command, as the usage shows it. */
  readonly usage: readonly string[]
  /** Options beside those that every command has (`config`, `key`, `name`, `unit`). */
  readonly options: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>
  /** @returns The exit code (0 done, 1 failed, 2 not understood); undefined where the command is another part's. */
  readonly run: (call: CommandCall) => Promise<number | undefined>
}
