// The shape of /attacker.js as hostile pages import it; its text is in attacker.ts.
declare module '/attacker.js' {
  type Ready = { tuppence: 'ready'; versions: number[]; nonce: string }
  type Said = { t: string; id?: string; height?: number; reason?: string; body?: string }
  export type Opened = {
    iframe: HTMLIFrameElement & { contentWindow: Window & typeof globalThis }
    said: Said[]
    ready?: Ready
    port: MessagePort
  }
  export const heard: { origin: string; data: { tuppence?: string } }[]
  export function openFrame(
    wallet: string,
    options?: { into?: Element; style?: string; parent?: Window },
  ): Promise<Opened>
  export function shake(opened: Opened, wallet: string, init?: { nonce?: string; version?: number }): MessagePort
  export function ask(
    opened: Opened,
    message: { t: string; id: string; url?: string },
    waitMs?: number,
  ): Promise<Said[]>
}
