/** Sealing as a library, for other site builders; the command is `tuppence`, the vite plugin `tuppence/vite`. */
export {
  readConfig,
  readDraft,
  readPublisherSecret,
  readSealSecrets,
  offerUrl,
  type Draft,
  type Settings,
  type SiteConfig,
} from './config.ts'
export { initialise, type InitOptions, type Initialised } from './init.ts'
export { isMistake, Mistake, type Place } from './problem.ts'
export {
  deleteOffer,
  listOffers,
  putOffer,
  putSettings,
  readPublisher,
  rotateSecret,
  type PublisherAccess,
  type PutOffer,
} from './publisher.ts'
export type { SealSecrets } from './seal/keys.ts'
export { sealPage, unsealPage, type Article, type Places, type SealContext, type SealedPage } from './seal/page.ts'
export { paywallProblems } from './seal/paywall.ts'
export { sealSite, unsealSite, type SealedSite, type SealSiteInput } from './seal/site.ts'
