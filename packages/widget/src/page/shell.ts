// Has the browser keep this page's own files, so that it opens without a network. main calls it once.
import { atom } from 'nanostores'

/** Chromium's offer to install the page, which it makes once. */
export type InstallOffer = Event & { readonly prompt: () => Promise<unknown> }

/** The offer, for the screen that has a button for it. */
export const $install = atom<InstallOffer | undefined>(undefined)

type Rules = { createScriptURL: (url: string) => string }
type Policies = { createPolicy: (name: string, rules: Rules) => Rules }

const script = '/shell.js'

/** Registers the service worker, once the page has loaded and nothing waits for it. It holds files, never answers of a mint. */
export function keepShell(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault()
    $install.set(event as InstallOffer)
  })
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return
  const register = () => void navigator.serviceWorker.register(trusted(), { scope: '/' }).catch(() => {})
  if (document.readyState === 'complete') register()
  else addEventListener('load', register, { once: true })
}

/** The page's Trusted Types allow this one script by this policy, and no other text to become code. */
function trusted(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: Policies }
  const rules: Rules = {
    createScriptURL: (asked) => {
      if (asked !== script) throw new TypeError('not the shell')
      return asked
    },
  }
  return trustedTypes?.createPolicy('tuppence-shell', rules).createScriptURL(script) ?? script
}
