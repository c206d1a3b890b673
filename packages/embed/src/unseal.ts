// Opens sealed articles in a static page: hears that a key was bought, and loads the rest only then. `tuppence seal` puts
// this file beside the site's own, as tuppence-unseal.js, and names it in the pages it seals.
import type { StateDetail, SuccessDetail } from './events.ts'

// As `sealedKeysMediaType` of protocol, without which nothing here need load.
const keysMediaType = 'application/tuppence-key+json'

globalThis.document?.addEventListener('tuppence:success', (event) => {
  const { detail, target } = event as CustomEvent<SuccessDetail>
  if (detail.contentType !== keysMediaType) return
  void import('./open-sealed.ts').then(({ openSealed }) => openSealed(target as HTMLElement, detail))
})

// Given back, or another article in the same place: what was opened goes, as anything else that was delivered.
globalThis.document?.addEventListener('tuppence:statechange', (event) => {
  const { detail, target } = event as CustomEvent<StateDetail>
  const element = target as HTMLElement
  // Without a value it is an author's mark for what is to be sealed.
  if (detail.state === 'delivered' || !element.getAttribute('sealed')) return
  void import('./open-sealed.ts').then(({ shutSealed }) => shutSealed(element))
})
