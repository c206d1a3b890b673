// The script that hostile pages and advertisements run, served to them as /attacker.js.

/**
 * ES module text. `openFrame` embeds the wallet's frame as an element would, but keeps the port and writes down all that
 * is heard; `heard` has every window message of the page.
 */
export const attackerScript = `
export const heard = []
addEventListener('message', (event) => heard.push({ origin: event.origin, data: event.data, source: event.source }))

const turn = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Embeds the frame; resolves with a port once it is ready, or with no port after a second and a half. */
export async function openFrame(wallet, { into = document.body, style = 'width:400px;height:160px;border:0', parent = window } = {}) {
  const iframe = parent.document.createElement('iframe')
  iframe.src = wallet + '/frame.html'
  iframe.style.cssText = style
  const opened = { iframe, said: [], ready: undefined, port: undefined }
  const listen = (event) => {
    if (event.source !== iframe.contentWindow || event.data?.tuppence !== 'ready') return
    opened.ready = event.data
  }
  parent.addEventListener('message', listen)
  into.append(iframe)
  for (let waited = 0; waited < 1500 && opened.ready === undefined; waited += 25) await turn(25)
  return opened
}

/** Does what the element does after 'ready'. May be called again. */
export function shake(opened, wallet, init = {}) {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = ({ data }) => opened.said.push(data)
  opened.iframe.contentWindow.postMessage({ tuppence: 'init', version: 1, nonce: opened.ready?.nonce ?? '', ...init }, wallet, [port2])
  opened.port = port1
  return port1
}

/** Asks for a URL and waits for what the frame says to the page about it. */
export async function ask(opened, message, waitMs = 1200) {
  opened.port.postMessage(message)
  await turn(waitMs)
  return opened.said.filter((said) => said.id === message.id)
}

globalThis.attacker = { heard, openFrame, shake, ask }
`

/** A page with nothing in it but the attacker, as a global. */
export const blankPage =
  '<!doctype html><html lang="en"><title>page</title><script type="module" src="/attacker.js"></script><body>'

type Said = { t: string; id?: string; height?: number; reason?: string; body?: string }
type Opened = {
  iframe: HTMLIFrameElement & { contentWindow: Window & typeof globalThis }
  said: Said[]
  ready?: { tuppence: 'ready'; versions: number[]; nonce: string }
  port: MessagePort
}

declare global {
  // What /attacker.js leaves in the page, for page.evaluate().
  var attacker: {
    heard: { origin: string; data: { tuppence?: string } }[]
    openFrame: (wallet: string, options?: { into?: Element; style?: string; parent?: Window }) => Promise<Opened>
    shake: (opened: Opened, wallet: string, init?: { nonce?: string; version?: number }) => MessagePort
    ask: (opened: Opened, message: { t: string; id: string; url?: string }, waitMs?: number) => Promise<Said[]>
  }
}
