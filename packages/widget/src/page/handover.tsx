// A text that is to leave this device: as text, as a link, as a code, with the ways to copy and share it.
import { useId, useState } from 'preact/hooks'
import type { ScreenTexts } from '../locale/words.ts'
import { Qr } from './qr.tsx'

type HandoverProps = {
  readonly texts: ScreenTexts['move']
  readonly link?: string
  /** Where the bare text is of use, too. */
  readonly text?: string
  /** What a camera is shown. */
  readonly code: string
}

/** The code first; under it what a camera is no help with. */
export function Handover({ texts, link, text, code }: HandoverProps) {
  return (
    <div class="handover">
      <Qr text={code} label={texts.qrLabel} />
      {link !== undefined && <CopyField label={texts.link} value={link} texts={texts} />}
      {text !== undefined && <CopyField label={texts.text} value={text} texts={texts} />}
      {'share' in navigator && (
        <button
          type="button"
          onClick={() =>
            void navigator.share(link === undefined ? { text: text ?? code } : { url: link }).catch(() => {})
          }
        >
          {texts.share}
        </button>
      )}
    </div>
  )
}

type FieldProps = { readonly label: string; readonly value: string; readonly texts: ScreenTexts['move'] }

function CopyField({ label, value, texts }: FieldProps) {
  const id = useId()
  const [copied, setCopied] = useState<'copied' | undefined>()
  const copy = () =>
    navigator.clipboard.writeText(value).then(
      () => setCopied('copied'),
      () => setCopied(undefined),
    )
  return (
    <div class="copy">
      <label for={id}>{label}</label>
      <div class="row">
        <input id={id} readOnly dir="ltr" value={value} onFocus={({ currentTarget }) => currentTarget.select()} />
        <button type="button" class="small" aria-label={`${texts.copy}: ${label}`} onClick={() => void copy()}>
          {copied ? texts.copied : texts.copy}
        </button>
      </div>
    </div>
  )
}
