// German, for the frame: first what stands on and around the pay button, then what comes after a press.
import type { FrameWords } from '../words.ts'

export const frame: FrameWords['frame'] = {
  moment: 'Einen Moment … Wenn das so bleibt, lade die Seite neu.',
  loading: 'Der Preis wird erfragt …',
  unlock: (price) => `Lesen für ${price}`,
  addMoney: (price) => `Aufladen · ${price}`,
  readAll: 'Weiterlesen',
  fromBalance: (balance) => `Ein Klick, von deinen ${balance}`,
  firstTime: 'Ohne Konto, ohne Abo.',
  tooLittle: (balance) => `Du hast noch ${balance}.`,
  paying: 'Wird bezahlt …',
  opening: 'Dein Artikel wird geöffnet …',
}

export const later: FrameWords['later'] = {
  finishInPopup: 'Weiter im anderen Fenster',
  finishInPopupWhy: 'Es schließt sich von selbst, dann geht es hier weiter.',
  stop: 'Abbrechen',
  paid: (price) => `${price} bezahlt. Ab jetzt gehört er dir.`,
  opened: 'Gehört dir schon, nicht noch einmal bezahlt.',
  free: 'Kostenlos zu lesen.',
  wallet: 'Deine Geldbörse',
  tryAgain: 'Noch einmal',
  priceChanged: (price) => `Es kostet jetzt ${price}. Nichts wurde bezahlt.`,
  declined: 'Die Seite hat es nicht angenommen. Nichts wurde bezahlt.',
  popupBlocked: 'Das Fenster wurde blockiert. Erlaube es und versuch es noch einmal.',
  notPaid: 'Nichts wurde bezahlt.',
  moneySafe: 'Dein Geld ist sicher: Es bezahlt das hier, oder es kommt zurück.',
  offline: 'Du bist offline.',
  'till-down': (host) => `${host} antwortet nicht.`,
  'mint-down': 'Die Münzstätte antwortet nicht.',
  'bad-offer': 'Dieses Angebot kann hier nicht bezahlt werden.',
  storage: 'Dein Browser lässt die Geldbörse nichts speichern.',
  tipTitle: 'Trinkgeld geben',
  tipThanks: (amount) => `Danke! Du hast ${amount} gegeben.`,
  tipOther: 'Anderer Betrag',
  tipGive: 'Geben',
  tipBadAmount: (example) => `Gib einen Betrag wie ${example} ein.`,
  nested: 'Das geht nur direkt in einer Seite, nicht in einem Rahmen im Rahmen.',
  alone: 'Das ist der Bezahlknopf der Geldbörse. Er arbeitet auf anderen Seiten.',
}
