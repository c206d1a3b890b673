// Spanish, for the frame: first what stands on and around the pay button, then what comes after a press.
import type { FrameWords } from '../words.ts'

export const frame: FrameWords['frame'] = {
  moment: 'Un momento… Si no cambia, recarga la página.',
  loading: 'Preguntando el precio…',
  unlock: (price) => `Leer por ${price}`,
  addMoney: (price) => `Añadir dinero · ${price}`,
  readAll: 'Sigue leyendo',
  fromBalance: (balance) => `Un clic, de tus ${balance}`,
  firstTime: 'Sin cuenta ni suscripción.',
  tooLittle: (balance) => `Te quedan ${balance}.`,
  paying: 'Pagando…',
  opening: 'Abriendo lo que compraste…',
}

export const later: FrameWords['later'] = {
  finishInPopup: 'Termina en la otra ventana',
  finishInPopupWhy: 'Se cierra sola y aquí continúa.',
  stop: 'Parar',
  paid: (price) => `Pagaste ${price}. Ya es tuyo.`,
  opened: 'Ya era tuyo, no lo has vuelto a pagar.',
  free: 'Se lee gratis.',
  wallet: 'Tu monedero',
  tryAgain: 'Reintentar',
  priceChanged: (price) => `Ahora cuesta ${price}. No se ha pagado nada.`,
  declined: 'El sitio no lo aceptó. No se ha pagado nada.',
  popupBlocked: 'La ventana se bloqueó. Permítela y vuelve a intentarlo.',
  notPaid: 'No se ha pagado nada.',
  moneySafe: 'Tu dinero está a salvo: o compra esto, o vuelve.',
  offline: 'No tienes conexión.',
  'till-down': (host) => `${host} no responde.`,
  'mint-down': 'La casa de moneda no responde.',
  'bad-offer': 'Esta oferta no se puede pagar aquí.',
  storage: 'Tu navegador no deja que el monedero guarde nada.',
  tipTitle: 'Deja una propina',
  tipThanks: (amount) => `¡Gracias! Diste ${amount}.`,
  tipOther: 'Otra cantidad',
  tipGive: 'Dar',
  tipBadAmount: (example) => `Escribe una cantidad como ${example}.`,
  nested: 'Esto solo funciona directamente en una página, no en un marco dentro de otro.',
  alone: 'Este es el botón de pago del monedero. Funciona dentro de otras páginas.',
}
