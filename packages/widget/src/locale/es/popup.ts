// Spanish, for the popup: why it is there, adding money, setting some aside for a site.
import type { PopupTexts } from '../words.ts'

export const popup: PopupTexts = {
  title: 'Tuppence',
  loading: 'Un momento…',
  askedBy: (host) => `para ${host}`,
  lendTitle: (host) => `Ten algo de cambio listo para ${host}`,
  lendWhy:
    'Tu navegador mantiene los sitios separados, por eso pregunta una vez en cada sitio nuevo. Después, aquí leerás con un clic.',
  refillTitle: (host) => `Más cambio para ${host}`,
  refillWhy: 'Lo que apartaste para este sitio no alcanza. Después volverás a leer aquí con un clic.',
  lendAmount: (amount) => `Apartado para este sitio: ${amount}`,
  lendSafe: 'Sigue siendo tuyo. Solo tus clics aquí pueden gastarlo, y puedes recuperarlo cuando quieras.',
  fundTitle: 'Añade dinero una vez, lee en todas partes',
  fundWhy: (price) =>
    `Esto cuesta ${price}. Lo que añadas paga artículos y propinas en todos los sitios que aceptan Tuppence.`,
  amounts: 'Cuánto',
  guest: (most) =>
    `Invitado, sin guardar: en una ventana privada este monedero desaparece al cerrarla. Por eso admite ${most} como mucho.`,
  testMoney: 'Dinero de prueba',
  noFunding: 'Esta casa de moneda no recibe dinero aquí.',
  testMoneyWhy: 'Es gratis y no vale nada: esto es una demostración.',
  addAndUnlock: (amount) => `Añadir ${amount} de prueba y leer`,
  addAndTip: (amount) => `Añadir ${amount} de prueba y dar propina`,
  unlock: (price) => `Leer por ${price}`,
  tip: (price) => `Dar ${price} de propina`,
  confirmTitle: (price) => `¿Pagar ${price}?`,
  confirmWhy: 'A partir de cierta cantidad el monedero pregunta aquí, donde ninguna página puede interponerse.',
  confirmDay: 'Hoy ya has gastado bastante con clics sueltos, por eso el monedero pregunta aquí.',
  balance: (amount) => `Tu saldo: ${amount}`,
  balanceAfter: (amount) => `Quedan ${amount} en tu monedero`,
  cancel: 'Ahora no',
  quoting: 'Preguntando a la casa de moneda…',
  waiting: 'Esperando el dinero…',
  minting: 'Acuñando tus monedas…',
  lending: 'Entregándolas…',
  done: 'Listo. Puedes cerrar esta ventana.',
  strangerTitle: 'Aquí no hay nada que hacer',
  strangerWhy:
    'Detrás de esta ventana no hay ningún botón de pago: una página la abrió por su cuenta o mantiene sus ventanas separadas. No le pasa nada a tu dinero.',
  toWallet: 'Abrir tu monedero',
  tripTitle: (host) => `Paga aquí y lee en ${host}`,
  tripWhy:
    'La página de la que vienes mantiene sus ventanas separadas, así que se hace aquí. Después vuelves enseguida.',
  tripOpen: 'Abrir',
  tripBack: (host) => `Volver a ${host}`,
  failedTitle: 'No ha funcionado',
  tryAgain: 'Reintentar',
  noCoins: 'No se pudieron apartar tus monedas. No se ha gastado nada.',
  frameGone: 'La página de la que venías ya no está. No se ha gastado nada, y lo que añadiste está en tu monedero.',
}
