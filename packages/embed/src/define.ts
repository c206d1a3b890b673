// Registers the elements when imported: this is `tuppence.js`, the one script tag. The wallet is where the script came from, or what `data-wallet` on a script tag says.
import { defineElements } from './index.ts'

const script = globalThis.document?.querySelector<HTMLElement>('script[data-wallet]')
defineElements(script?.dataset['wallet'] ?? import.meta.url)
