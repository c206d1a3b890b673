// A page of vouchers to print and cut out, each with its QR code; command.ts beside this writes it.

import { formatAmount, voucherLink } from '@tuppence/protocol'
import { correction, generate } from 'lean-qr'
import { toSvgSource } from 'lean-qr/extras/svg'

/** What is on every voucher of a sheet. `wallet`: the wallet's origin. */
export interface Sheet {
  readonly wallet: string
  readonly title: string
  readonly unit: string
  readonly amount: number
  readonly expiresAtMs: number | undefined
}

/** The sheet as HTML, whole in itself: it loads nothing and sends nothing. */
export function voucherSheet(codes: readonly string[], sheet: Sheet): string {
  const { title, unit, amount, expiresAtMs, wallet } = sheet
  const until = expiresAtMs === undefined ? '' : `<p>Good until ${new Date(expiresAtMs).toISOString().slice(0, 10)}</p>`
  const cards = codes.map((code) => {
    const qr = toSvgSource(generate(voucherLink(wallet, code), { minCorrectionLevel: correction.M }), {
      width: 132,
      height: 132,
      xmlDeclaration: false,
    })
    return `<li>${qr}<div><strong>${formatAmount(amount, unit)} ${escape(unit.toUpperCase())}</strong>
<code>${code}</code>${until}<p>Scan it, or type it in at ${escape(wallet)}</p></div></li>`
  })
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="robots" content="noindex">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(title)}</title><style>
@page{margin:12mm}body{font:12px/1.4 system-ui,sans-serif;margin:0}
ul{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:1fr 1fr}
li{display:flex;gap:10px;align-items:center;padding:10px;border:1px dashed #999;break-inside:avoid}
strong{font-size:20px;display:block}code{font-size:13px;white-space:nowrap}p{margin:4px 0 0}
</style><ul>${cards.join('\n')}</ul></html>
`
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
