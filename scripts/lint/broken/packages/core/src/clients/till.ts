// An adapter may: this file breaks nothing.
export const get = (url: string) => fetch(url)
