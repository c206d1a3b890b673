// Counted things in a language's own plural forms: English has two, Arabic six, Korean one.

type Forms = { readonly [form in Intl.LDMLPluralRule]?: string } & { readonly other: string }

/**
 * Says a count.
 *
 * @param count - What the form follows.
 * @param forms - By CLDR category; `#` stands for the number as the language writes it. `other` serves for what is missing.
 * @example counted('en', 1, { one: '# article', other: '# articles' }) // '1 article'
 */
export function counted(language: string, count: number, forms: Forms): string {
  const form = forms[new Intl.PluralRules(language).select(count)] ?? forms.other
  return form.replace('#', () => new Intl.NumberFormat(language).format(count))
}
