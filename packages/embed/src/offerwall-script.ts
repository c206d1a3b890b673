// Registers Tuppence with an Offerwall from one script tag in the head:
// `<script src="/tuppence-offerwall.js" data-wallet="https://wallet.example" data-offer="https://till.example/p/news/day"></script>`.
import { registerOfferwall } from './offerwall.ts'

const { wallet = '', offer = '', title, close } = (document.currentScript as HTMLElement | null)?.dataset ?? {}
registerOfferwall({ wallet, offer, title, close })
