// German, for the popup: why it is there, adding money, setting some aside for a site.
import type { PopupTexts } from '../words.ts'

export const popup: PopupTexts = {
  title: 'Tuppence',
  loading: 'Einen Moment …',
  askedBy: (host) => `für ${host}`,
  lendTitle: (host) => `Etwas Kleingeld für ${host} bereitlegen`,
  lendWhy:
    'Dein Browser trennt Seiten voneinander, darum fragt er bei jeder neuen einmal. Danach liest du hier mit einem Klick.',
  refillTitle: (host) => `Mehr Kleingeld für ${host}`,
  refillWhy: 'Was für diese Seite bereitlag, reicht dafür nicht. Danach liest du hier wieder mit einem Klick.',
  lendAmount: (amount) => `Für diese Seite bereitgelegt: ${amount}`,
  lendSafe: 'Es bleibt deins. Nur deine Klicks hier geben es aus, und du kannst es jederzeit zurückholen.',
  fundTitle: 'Einmal aufladen, überall lesen',
  fundWhy: (price) =>
    `Das hier kostet ${price}. Was du auflädst, gilt für Artikel und Trinkgelder auf allen Seiten mit Tuppence.`,
  amounts: 'Wie viel',
  guest: (most) =>
    `Gast, nicht gespeichert: Im privaten Fenster ist diese Geldbörse weg, wenn du es schließt. Darum nimmt sie höchstens ${most}.`,
  testMoney: 'Spielgeld',
  noFunding: 'Diese Münzstätte nimmt hier kein Geld an.',
  testMoneyWhy: 'Es ist kostenlos und nichts wert: Das hier ist eine Vorführung.',
  addAndUnlock: (amount) => `${amount} Spielgeld aufladen und lesen`,
  addAndTip: (amount) => `${amount} Spielgeld aufladen und Trinkgeld geben`,
  unlock: (price) => `Lesen für ${price}`,
  tip: (price) => `${price} Trinkgeld geben`,
  confirmTitle: (price) => `${price} bezahlen?`,
  confirmWhy: 'Bei mehr als einem kleinen Betrag fragt die Geldbörse hier, wo keine Seite dazwischenkommt.',
  confirmDay: 'Heute hast du schon einiges mit einzelnen Klicks ausgegeben, darum fragt die Geldbörse hier nach.',
  balance: (amount) => `Dein Guthaben: ${amount}`,
  balanceAfter: (amount) => `${amount} bleiben in deiner Geldbörse`,
  cancel: 'Jetzt nicht',
  quoting: 'Die Münzstätte wird gefragt …',
  waiting: 'Warten auf das Geld …',
  minting: 'Deine Münzen werden geprägt …',
  lending: 'Wird übergeben …',
  done: 'Fertig. Du kannst das Fenster schließen.',
  strangerTitle: 'Hier ist nichts zu tun',
  strangerWhy:
    'Hinter diesem Fenster steht kein Bezahlknopf: Eine Seite hat es von selbst geöffnet oder hält ihre Fenster getrennt. Mit deinem Geld geschieht nichts.',
  toWallet: 'Zu deiner Geldbörse',
  tripTitle: (host) => `Hier zahlen, auf ${host} lesen`,
  tripWhy: 'Die Seite, von der du kommst, hält ihre Fenster getrennt. Darum geht es hier, und danach gleich zurück.',
  tripOpen: 'Öffnen',
  tripBack: (host) => `Zurück zu ${host}`,
  failedTitle: 'Das hat nicht geklappt',
  tryAgain: 'Noch einmal',
  noCoins: 'Deine Münzen konnten nicht bereitgelegt werden. Nichts wurde ausgegeben.',
  frameGone:
    'Die Seite, von der du kamst, ist weg. Nichts wurde ausgegeben, und was du aufgeladen hast, ist in deiner Geldbörse.',
}
