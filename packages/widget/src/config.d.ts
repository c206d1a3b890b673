// The file that whoever deploys the wallet writes at its origin.
declare module 'virtual:config' {
  export const config: {
    /** Mints whose coins this wallet takes, as URLs without a trailing slash; the first one takes top-ups. */
    readonly mints: readonly string[]
  }
}
