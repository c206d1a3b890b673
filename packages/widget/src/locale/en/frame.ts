// English, for the frame: the words on and around the pay button. Kept short: they share 96 pixels of height.

export const frame = {
  /** While the file that has the right words is not there. */
  moment: 'One moment…',
  loading: 'Asking for the price…',
  unlock: (price: string) => `Unlock ${price}`,
  addMoney: (price: string) => `Add money · ${price}`,
  readAll: 'Read the rest',
  fromBalance: (balance: string) => `One click, from your ${balance}`,
  firstTime: 'No account, no subscription.',
  tooLittle: (balance: string) => `You have ${balance} left.`,
  paying: 'Paying…',
  opening: 'Opening…',
  lost: 'Part of the wallet did not load. Press to load it again.',
}
