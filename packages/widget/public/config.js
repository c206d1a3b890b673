// Replaced by whoever deploys the wallet: the mints whose coins it takes, the first one for top-ups.
export const config = { mints: [] }
