// Arabic, for the frame: first what stands on and around the pay button, then what comes after a press.
import type { FrameWords } from '../words.ts'

export const frame: FrameWords['frame'] = {
  moment: 'لحظة… إن طال الأمر فأعد تحميل الصفحة.',
  loading: 'نسأل عن السعر…',
  unlock: (price) => `اقرأ مقابل ${price}`,
  addMoney: (price) => `أضف مالًا · ${price}`,
  readAll: 'تابع القراءة',
  fromBalance: (balance) => `نقرة واحدة من رصيدك ${balance}`,
  firstTime: 'بلا حساب وبلا اشتراك.',
  tooLittle: (balance) => `بقي لديك ${balance}.`,
  paying: 'جارٍ الدفع…',
  opening: 'نفتح ما اشتريته…',
}

export const later: FrameWords['later'] = {
  finishInPopup: 'أكمل في النافذة الأخرى',
  finishInPopupWhy: 'ستُغلق وحدها ونتابع هنا.',
  stop: 'توقّف',
  paid: (price) => `دفعت ${price}. صار لك من الآن.`,
  opened: 'هو لك من قبل، ولم تدفع ثانية.',
  free: 'قراءته مجانية.',
  wallet: 'محفظتك',
  tryAgain: 'حاول ثانية',
  priceChanged: (price) => `سعره الآن ${price}. لم يُدفع شيء.`,
  declined: 'لم يقبله الموقع. لم يُدفع شيء.',
  popupBlocked: 'حُجبت النافذة. اسمح بها ثم حاول ثانية.',
  notPaid: 'لم يُدفع شيء.',
  moneySafe: 'مالك بأمان: إما أن يشتري هذا أو يعود إليك.',
  offline: 'أنت غير متصل بالإنترنت.',
  'till-down': (host) => `لا يستجيب ${host}.`,
  'mint-down': 'دار السكّ لا تستجيب.',
  'bad-offer': 'لا يمكن دفع هذا العرض هنا.',
  storage: 'لم يسمح متصفحك للمحفظة بحفظ أي شيء.',
  tipTitle: 'اترك إكرامية',
  tipThanks: (amount) => `شكرًا! أعطيت ${amount}.`,
  tipOther: 'مبلغ آخر',
  tipGive: 'أعطِ',
  tipBadAmount: (example) => `اكتب مبلغًا مثل ${example}.`,
  nested: 'يعمل هذا في الصفحة مباشرة فقط، لا في إطار داخل إطار.',
  alone: 'هذا زر الدفع للمحفظة، ويعمل داخل صفحات المواقع الأخرى.',
}
