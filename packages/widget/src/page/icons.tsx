// The wallet page's few drawings, in the colour of the text around them.

const paths = {
  home: 'M3 8.5 12 3l9 5.5M5 10v8.5A1.5 1.5 0 0 0 6.5 20h11a1.500 1.500 0 0 0 1.500-1.500V10M15.500 14.500h.01',
  sites: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM3 12h18M12 3c3 3.200 3 14.800 0 18M12 3c-3 3.200-3 14.800 0 18',
  rules: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5',
  backup:
    'M12 3 5 5.800v5.400c0 4.300 2.900 7.600 7 9.800 4.100-2.200 7-5.500 7-9.800V5.800L12 3ZM9 12l2.200 2.200L15.200 10',
  settings: 'M4 6.500h16M4 12h16M4 17.500h10',
} as const

/** A drawing beside a word that says the same. */
export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
