// Entry `@tuppence/protocol/bridge`: all that element and frame need to talk, and nothing else, because every page loads it.

export * from './bridge-messages.ts'
export * from './handshake.ts'
export * from './messenger.ts'
