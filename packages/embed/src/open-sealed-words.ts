// What a reader is told whose key opens nothing, in the wallet's languages. open-sealed picks by the page's language.

/** By what came of it; nothing of the article shows then. */
export type SealedWords = Readonly<Record<'no-key' | 'refused', string>>

const words: Readonly<Record<string, SealedWords>> = {
  en: {
    'no-key':
      'This page is older or newer than the key you bought. Reload it in a moment: what you bought stays yours, and opens without paying again.',
    refused:
      'The key you bought does not open this article: the page was changed or damaged on its way. What you bought stays yours; please tell the publisher.',
  },
  de: {
    'no-key':
      'Diese Seite ist älter oder neuer als der Schlüssel, den Sie gekauft haben. Laden Sie sie gleich noch einmal: Was Sie gekauft haben, bleibt Ihres und öffnet sich, ohne noch einmal zu kosten.',
    refused:
      'Der gekaufte Schlüssel öffnet diesen Artikel nicht: Die Seite wurde verändert oder unterwegs beschädigt. Was Sie gekauft haben, bleibt Ihres; bitte sagen Sie es dem Verlag.',
  },
  es: {
    'no-key':
      'Esta página es anterior o posterior a la clave que compró. Vuelva a cargarla en un momento: lo que compró sigue siendo suyo y se abre sin volver a pagar.',
    refused:
      'La clave que compró no abre este artículo: la página fue modificada o dañada por el camino. Lo que compró sigue siendo suyo; por favor, avise al editor.',
  },
  ko: {
    'no-key':
      '이 페이지는 구매하신 열쇠보다 오래되었거나 새로운 것입니다. 잠시 뒤 다시 불러오세요. 구매하신 것은 그대로 남아 있으며 다시 결제하지 않고 열립니다.',
    refused:
      '구매하신 열쇠로 이 글이 열리지 않습니다. 페이지가 바뀌었거나 전송 중에 손상되었습니다. 구매하신 것은 그대로 남아 있으니 발행인에게 알려 주세요.',
  },
  ar: {
    'no-key':
      'هذه الصفحة أقدم أو أحدث من المفتاح الذي اشتريته. أعد تحميلها بعد قليل: ما اشتريته يبقى لك ويفتح من دون دفع جديد.',
    refused:
      'المفتاح الذي اشتريته لا يفتح هذا المقال: تغيّرت الصفحة أو تضررت في الطريق. ما اشتريته يبقى لك؛ نرجو إخبار الناشر.',
  },
}

/** The words for a language tag, `de-AT`; English where there are none. */
export function sealedWords(lang: string): SealedWords {
  const [language = ''] = lang.toLowerCase().split('-')
  return (Object.hasOwn(words, language) && words[language]) || (words['en'] as SealedWords)
}
