// Passkeys whose PRF gives a secret: makes one and asks one. Only the wallet page calls it, at top level and on a press.
import { prfInput } from '@tuppence/core/passkey'

/**
 * What came of it. `secret`: 32 bytes, the same whenever this passkey is asked. `stopped`: the reader or the device said
 * no. `unable`: there is a passkey, or could be, but it gives no secret.
 */
export type PasskeyAnswer =
  | { readonly status: 'given'; readonly secret: Uint8Array<ArrayBuffer> }
  | { readonly status: 'stopped' | 'unable' }

/** COSE: Ed25519, ES256, RS256. What it signs with does not matter here. */
const algorithms = [-8, -7, -257]

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

/**
 * Makes a passkey and asks it at once: an authenticator may say that it has a PRF and then give nothing.
 *
 * @param name - What the device's list of passkeys calls it.
 * @see WebAuthn Level 3, "Pseudo-random function extension (prf)"
 */
export function makePasskey(name: string): Promise<PasskeyAnswer> {
  return outcome(async () => {
    const publicKey: PublicKeyCredentialCreationOptions = {
      rp: { name: 'Tuppence' },
      user: { id: random(16), name, displayName: name },
      challenge: random(32),
      pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      extensions: { prf: {} },
    }
    const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential | null
    if (!made?.getClientExtensionResults().prf?.enabled) return undefined
    return ask([{ type: 'public-key', id: made.rawId }])
  })
}

/** Asks any passkey of this wallet's origin: the device shows which there are. */
export function askPasskey(): Promise<PasskeyAnswer> {
  return outcome(() => ask([]))
}

/** Whether this browser knows passkeys at all. */
export const knowsPasskeys = (): boolean => 'PublicKeyCredential' in globalThis

async function ask(allowCredentials: PublicKeyCredentialDescriptor[]): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const extensions = { prf: { eval: { first: await prfInput() } } }
  const publicKey = { challenge: random(32), allowCredentials, userVerification: 'required', extensions } as const
  const asked = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential | null
  const secret = asked?.getClientExtensionResults().prf?.results?.first
  return (
    secret &&
    (new Uint8Array(secret instanceof ArrayBuffer ? secret : secret.buffer.slice(0)) as Uint8Array<ArrayBuffer>)
  )
}

async function outcome(run: () => Promise<Uint8Array<ArrayBuffer> | undefined>): Promise<PasskeyAnswer> {
  try {
    const secret = await run()
    return secret ? { status: 'given', secret } : { status: 'unable' }
  } catch (error) {
    return { status: error instanceof DOMException && error.name === 'NotAllowedError' ? 'stopped' : 'unable' }
  }
}
