// What is sold: the method of each recipe, as HTML. Imported by the till's side alone; a test looks for it in the built app.

/** Methods by recipe. */
export const methods: Readonly<Record<string, string>> = {
  'burnt-leeks': `<h3>For two</h3><ul><li>4 leeks, roots on</li><li>a handful of walnuts</li><li>1 lemon, 3 spoons of oil, salt</li></ul>
<ol><li>Lay the leeks under the fiercest grill you have until the outer two layers are charcoal: twenty minutes, turned once.</li><li>Wrap them in a wet cloth and wait ten more; they finish in their own steam.</li><li>Slit, peel away the black, and dress the pale hearts while warm with pounded walnuts, lemon and oil.</li></ol>`,
  'tea-eggs': `<h3>For six eggs</h3><ul><li>2 spoons of black tea, 1 star anise, a strip of orange peel</li><li>3 spoons of soy sauce, 1 of sugar</li></ul>
<ol><li>Boil the eggs for six minutes and a half, cool them, and crack the shells all over without peeling.</li><li>Simmer everything else in half a litre of water for ten minutes.</li><li>Eggs in, lid on, off the heat, overnight. Peel on the train.</li></ol>`,
  'rye-porridge': `<h3>For two</h3><ul><li>100 g of rye flakes, half a litre of water, a pinch of salt</li><li>30 g of butter, honey, a pear</li></ul>
<ol><li>Toast the flakes dry until the kitchen smells of bread.</li><li>Add water and salt and stir now and then for fifteen minutes.</li><li>Brown the butter until it stops foaming, pour it over, grate the pear on top.</li></ol>`,
  'quick-pickle': `<h3>One jar</h3><ul><li>radishes, cucumber or fennel, sliced thin</li><li>4 spoons of vinegar, 1 of sugar, half of salt</li></ul>
<ol><li>Rub salt and sugar into the slices with your hands until they weep.</li><li>Vinegar over, lid on, shake. By the time the tea is drawn it is a pickle.</li></ol>`,
}
