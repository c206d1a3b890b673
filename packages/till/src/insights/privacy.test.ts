import { describe, expect, test } from 'vitest'
import { parseConfig } from '../config.ts'
import type { SoldRow } from '../journal/insights-port.ts'
import { chance } from '../testing/market.ts'
import { openNewsstand, type MadeUp, type Newsstand } from '../testing/newsstand.ts'
import { dayText } from './calendar.ts'
import { experimentFigures, isDue } from './experiment.ts'
import { addDay, monthFigures, newMonth, type MonthFigures } from './readers.ts'
import type { CellLine, Report } from './report.ts'

const groupMin = 10
const days = 62

type World = Readonly<{
  stand: Newsstand
  sales: readonly (MadeUp & { reference: string })[]
  offers: readonly string[]
}>

/** Some offers sell much, some little; some days are busy, some are not. */
async function randomWorld(seed: string): Promise<World> {
  const random = chance(seed)
  const stand = openNewsstand(seed)
  const offers = ['a', 'b', 'c', 'd', 'e'].slice(0, 2 + Math.floor(random() * 4))
  const sales: (MadeUp & { reference: string })[] = []
  for (let day = 0; day < days; day += 1) {
    const busy = random() < 0.3 ? 40 : random() < 0.5 ? 12 : 3
    const count = Math.floor(random() * busy)
    for (let index = 0; index < count; index += 1) {
      const offer = offers[Math.floor(random() ** 2.5 * offers.length)] as string
      const price = random() < 0.8 ? 5 : 3
      const reader = random() < 0.1 ? {} : { reader: `r${Math.floor(random() * 400)}` }
      const sale = { day, offer, price, ...reader }
      sales.push({ ...sale, reference: await stand.sell(sale) })
    }
    for (const offer of offers) await stand.look(day, offer, 5, Math.floor(random() * 30))
  }
  return { stand, sales, offers }
}

const inDays = ({ from, to }: Pick<CellLine, 'from' | 'to'>, day: number, stand: Newsstand): boolean => {
  const text = dayText(stand.dayMs(day))
  return from <= text && text <= to
}

/** Who is behind a told cell, by the sales themselves: those that no finer cell tells. */
function behind({ stand, sales }: World, cell: CellLine, cells: readonly CellLine[]): readonly MadeUp[] {
  const finer = cells.filter(
    (other) =>
      other !== cell &&
      other.measure === 'sale' &&
      other.offerId === cell.offerId &&
      (other.from === other.to) >= (cell.from === cell.to) &&
      ((other.from === other.to && cell.from !== cell.to) || (other.price !== null && cell.price === null)),
  )
  return sales.filter(
    (sale) =>
      sale.offer === cell.offerId &&
      (cell.price === null || cell.price === sale.price) &&
      inDays(cell, sale.day, stand) &&
      !finer.some((other) => inDays(other, sale.day, stand) && (other.price === null || other.price === sale.price)),
  )
}

const readersOf = (sales: readonly MadeUp[]): number => new Set(sales.map(({ reader }) => reader ?? '')).size

describe('what is told of sales', () => {
  test('is of ten readers each, and adds up; nobody’s payments count for one', async () => {
    for (const seed of ['1', '2', '3', '4', '5', '6']) {
      const world = await randomWorld(seed)
      const report = await world.stand.reportAfter(days, { from: '2026-09-01', to: '2026-11-01' })
      const cells = report.cells.filter(({ measure }) => measure === 'sale')
      for (const cell of cells) {
        const sales = behind(world, cell, cells)
        expect(readersOf(sales), JSON.stringify(cell)).toBeGreaterThanOrEqual(groupMin)
        expect([cell.count, cell.amount]).toEqual([sales.length, sales.reduce((sum, { price }) => sum + price, 0)])
      }
      expect(report.cells.filter(({ measure }) => measure === 'view').every(({ count }) => count >= groupMin)).toBe(
        true,
      )
      expect(cells.length).toBeGreaterThan(0)
      await world.stand.close()
    }
  })

  test('leaves totals less parts that are of ten readers, or nothing', async () => {
    for (const seed of ['1', '2', '3', '4', '5', '6']) {
      const world = await randomWorld(seed)
      const report = await world.stand.reportAfter(days, { from: '2026-09-01', to: '2026-11-01' })
      const cells = report.cells.filter(({ measure }) => measure === 'sale')
      const isTold = (sale: MadeUp, level: 'day' | 'any'): boolean =>
        cells.some(
          (cell) =>
            (level === 'any' || cell.from === cell.to) &&
            cell.offerId === sale.offer &&
            inDays(cell, sale.day, world.stand) &&
            (cell.price === null || cell.price === sale.price),
        )
      for (let day = 0; day < days; day += 1) {
        const all = world.sales.filter((sale) => sale.day === day)
        const rest = all.filter((sale) => !isTold(sale, 'day'))
        if (rest.length > 0 && rest.length < all.length) expect(readersOf(rest)).toBeGreaterThanOrEqual(groupMin)
      }
      for (const [from, to] of [
        [0, 30],
        [30, 61],
      ] as const) {
        const month = world.sales.filter(({ day }) => day >= from && day < to)
        const before = month.filter((sale) => !isTold(sale, 'day'))
        const rest = month.filter((sale) => !isTold(sale, 'any'))
        if (rest.length > 0 && rest.length < before.length) expect(readersOf(rest)).toBeGreaterThanOrEqual(groupMin)
      }
      await world.stand.close()
    }
  })

  test('gives two ranges whose difference is of ten sales, or nothing', async () => {
    const world = await randomWorld('ranges')
    const last = await world.stand.reportAfter(days)
    expect(last.closedTo).toBe('2026-11-02')
    const reports: Report[] = []
    for (let to = 3; to < days; to += 1)
      reports.push(await world.stand.reportAfter(days, { from: '2026-09-01', to: dayText(world.stand.dayMs(to)) }))
    for (const [index, report] of reports.slice(1).entries()) {
      const before = reports[index] as Report
      for (const { id, sold, views, refunds } of report.offers) {
        const other = before.offers.find((offer) => offer.id === id) ?? { sold: 0, views: 0, refunds: 0 }
        for (const difference of [sold - other.sold, views - other.views, refunds - other.refunds])
          expect(difference === 0 || difference >= groupMin, `${id} ${report.to}`).toBe(true)
      }
    }
    await world.stand.close()
  })

  test('can’t be solved for a smaller group by whoever knows every day’s total', async () => {
    for (let seed = 0; seed < 6; seed += 1) {
      const world = await randomWorld(`algebra ${seed}`)
      const report = await world.stand.reportAfter(days, { from: '2026-09-01', to: '2026-11-01' })
      const cells = report.cells.filter(({ measure }) => measure === 'sale')
      const unknowns = world.offers.flatMap((offer) =>
        [3, 5].flatMap((price) => Array.from({ length: days }, (_, day) => ({ offer, price, day }))),
      )
      const equations = [
        ...Array.from({ length: days }, (_, day) => unknowns.map((unknown) => Number(unknown.day === day))),
        ...cells.map((cell) => {
          const counted = new Set(
            behind({ ...world, sales: unknowns.map((u) => ({ ...u, reference: '' })) }, cell, cells),
          )
          return unknowns.map((u) =>
            Number([...counted].some((c) => c.offer === u.offer && c.price === u.price && c.day === u.day)),
          )
        }),
      ]
      for (const index of solved(equations)) {
        const { offer, price, day } = unknowns[index] as (typeof unknowns)[number]
        const sales = world.sales.filter((sale) => sale.offer === offer && sale.price === price && sale.day === day)
        expect(sales.length === 0 || readersOf(sales) >= groupMin, `${offer} ${price} ${day}`).toBe(true)
      }
      await world.stand.close()
    }
  })

  test('is the same for the same range at any later time, whatever is sold or given back since', async () => {
    const stand = openNewsstand()
    const references: string[] = []
    for (let reader = 0; reader < 30; reader += 1)
      references.push(await stand.sell({ day: 0, offer: reader < 18 ? 'a' : 'b', price: 5, reader: `r${reader}` }))
    const range = { from: '2026-09-01', to: '2026-09-01' }
    const fixed = ({ days, offers, rest, prices, cells, months }: Report) => ({
      days,
      offers,
      rest,
      prices,
      cells,
      months,
    })
    const first = await stand.reportAfter(0, range)
    expect(first.offers.map(({ id, sold }) => [id, sold])).toEqual([
      ['a', 18],
      ['b', 12],
    ])
    await stand.sell({ day: 1, offer: 'a', price: 5, reader: 'late' })
    await stand.giveBack(references[0] as string, 1)
    for (const day of [1, 2, 40]) expect(fixed(await stand.reportAfter(day, range))).toEqual(fixed(first))
    // What was given back is counted on the day on which it was.
    expect((await stand.reportAfter(2, { from: '2026-09-02', to: '2026-09-02' })).days).toMatchObject([
      { sold: 1, refunds: 1, refunded: 5 },
    ])
    await stand.close()
  })

  test('says of today nothing but the account’s total', async () => {
    const stand = openNewsstand()
    for (let reader = 0; reader < 40; reader += 1)
      await stand.sell({ day: 1, offer: 'a', price: 5, reader: `r${reader}` })
    const report = await stand.reportAfter(0, { from: '2026-09-01', to: '2026-09-30' })
    expect([report.open.sold, report.open.amount]).toEqual([40, 200])
    expect([report.offers, report.cells, report.prices, report.months]).toEqual([[], [], [], []])
    await stand.close()
  })

  test('is not of one reader who tips often, nor of many of whom one gave most', async () => {
    const stand = openNewsstand()
    const tip = (day: number, reader: string, price: number) =>
      stand.sell({ day, offer: 'jar', kind: 'tip', price, reader })
    for (let index = 0; index < 20; index += 1) await tip(0, 'one', 10)
    for (let index = 0; index < 20; index += 1) await stand.sell({ day: 1, offer: 'a', price: 5 })
    for (let index = 0; index < 12; index += 1) await tip(2, `r${index}`, index === 0 ? 2_000 : 10 + index)
    for (let index = 0; index < 12; index += 1) await tip(3, `r${index}`, 10)
    const { cells } = await stand.reportAfter(4, { from: '2026-09-01', to: '2026-09-04' })
    expect(cells).toEqual([
      { measure: 'sale', from: '2026-09-04', to: '2026-09-04', offerId: 'jar', price: 10, count: 12, amount: 120 },
    ])
    await stand.close()
  })

  test('counts those who gave something back as a group of its own', async () => {
    const stand = openNewsstand()
    for (let reader = 0; reader < 60; reader += 1) {
      const offer = reader < 30 ? 'a' : 'b'
      const reference = await stand.sell({ day: 0, offer, price: 5, reader: `r${reader}` })
      if (reader < 12 || reader > 56) await stand.giveBack(reference, 0)
    }
    const { cells, days, rest } = await stand.reportAfter(1, { from: '2026-09-01', to: '2026-09-01' })
    // Of b three were given back: to tell those of a would tell them too.
    expect(days[0]).toMatchObject({ refunds: 15, refunded: 75 })
    expect(cells.filter(({ measure }) => measure === 'refund')).toEqual([])
    expect(rest.refunds).toBe(15)
    await stand.close()
  })
})

/** What a month would tell, were these its readers, under a secret. */
function month(readers: readonly (readonly string[])[], secret: number): MonthFigures {
  const figures = newMonth()
  const rows = readers.flatMap((offers, index) =>
    offers.map((offerId): SoldRow => ({
      reader: `r${index}`,
      offerId,
      kind: 'article',
      price: 5,
      amount: 5,
      receivedAtMs: 0,
    })),
  )
  addDay(figures, { dayMs: 0, rows, endMs: 1 })
  figures.views.set('a', 500)
  const dither = { secret: Uint8Array.of(secret & 255, secret >> 8), groupMin }
  return monthFigures(figures, { dither, monthMs: 0, known: new Set(['r0']) })
}

describe('what is told of readers', () => {
  const secrets = Array.from({ length: 300 }, (_, index) => index)

  test('does not show one who buys what as many accomplices bought, but by a chance of one in ten', () => {
    // 30 of 300 on average; 5.2 is a standard error.
    for (const accomplices of [9, 10, 19, 33]) {
      const without = Array.from({ length: accomplices }, () => ['a', 'b'])
      const differ = secrets.filter(
        (secret) =>
          JSON.stringify(month(without, secret).pairs) !==
          JSON.stringify(month([...without, ['a', 'b']], secret).pairs),
      )
      expect(differ.length, `${accomplices}`).toBeLessThan(30 + 4 * 5.2)
    }
  })

  test('never tells a pair of ten readers or fewer, nor any count that is not rounded', () => {
    for (const secret of secrets) {
      expect(
        month(
          Array.from({ length: 10 }, () => ['a', 'b']),
          secret,
        ).pairs,
      ).toEqual([])
      const { pairs, days, back, offers } = month(
        Array.from({ length: 37 }, () => ['a', 'b', 'c']),
        secret,
      )
      const told = [
        ...pairs.map(({ readers }) => readers),
        ...days.map(({ readers }) => readers),
        back.returning,
        back.first,
        ...offers.flatMap(({ views, sold }) => [views, sold]),
      ]
      for (const count of told) expect(count === null || (count >= 20 && count % 10 === 0)).toBe(true)
    }
  })

  test('shows a returning reader among accomplices by that chance only, and is right on average', () => {
    for (const figure of ['days', 'back', 'offers'] as const) {
      const differ = secrets.filter(
        (secret) =>
          JSON.stringify(
            month(
              Array.from({ length: 29 }, () => ['a']),
              secret,
            )[figure],
          ) !==
          JSON.stringify(
            month(
              Array.from({ length: 30 }, () => ['a']),
              secret,
            )[figure],
          ),
      )
      expect(differ.length, figure).toBeLessThan(30 + 4 * 5.2)
    }
    const sum = secrets.reduce(
      (all, secret) =>
        all +
        (month(
          Array.from({ length: 34 }, () => ['a']),
          secret,
        ).days[0]?.readers ?? 0),
      0,
    )
    expect(Math.abs(sum / secrets.length - 34)).toBeLessThan(1.5)
  })

  test('is drawn once: asked for again, under another range, it is the same', async () => {
    const stand = openNewsstand()
    for (let reader = 0; reader < 45; reader += 1)
      for (const offer of ['a', 'b']) await stand.sell({ day: reader % 9, offer, price: 5, reader: `r${reader}` })
    const first = await stand.reportAfter(30, { from: '2026-09-01', to: '2026-09-30' })
    const later = await stand.reportAfter(45, { from: '2026-08-01', to: '2026-10-10' })
    expect(first.months).toHaveLength(1)
    expect(later.months).toEqual(first.months)
    const part = await stand.reportAfter(45, { from: '2026-09-02', to: '2026-09-30' })
    expect(part.months).toEqual([])
    await stand.close()
  })
})

describe('what is told of an experiment', () => {
  const block = (price: number, index: number, sales: number) => ({
    experiment: 'x',
    offerId: 'a',
    blockMs: index * 3_600_000,
    hours: 1,
    price,
    views: 50,
    sales,
    amount: sales * price,
  })
  const blocks = (more = 0) =>
    Array.from({ length: 60 }, (_, index) =>
      block(index % 2 === 0 ? 3 : 5, index, 4 + (index % 3) + (index === 0 ? more : 0)),
    )
  const told = (more: number, secret: number) =>
    experimentFigures(blocks(more), {
      experiment: 'x',
      untilMs: 1,
      dither: { secret: Uint8Array.of(secret & 255, secret >> 8), groupMin },
    })

  test('is not told anew until every price has been paid by ten more', () => {
    const before = { 3: 100, 5: 100 }
    expect(isDue({ 3: 109, 5: 150 }, before, groupMin)).toBe(false)
    expect(isDue({ 3: 110, 5: 110 }, before, groupMin)).toBe(true)
  })

  test('seldom shows one sale more, and no count that is not rounded', () => {
    let differ = 0
    for (let secret = 0; secret < 300; secret += 1) {
      const [without, one] = [told(0, secret), told(1, secret)]
      if (JSON.stringify(without.arms.map(({ sold }) => sold)) !== JSON.stringify(one.arms.map(({ sold }) => sold)))
        differ += 1
      for (const { views, sold } of without.arms) expect([(views ?? 0) % 10, (sold ?? 0) % 10]).toEqual([0, 0])
    }
    expect(differ).toBeLessThan(30 + 4 * 5.2)
  })

  test('says that there is not enough data while there is not', () => {
    const few = blocks().slice(0, 30)
    const figures = experimentFigures(few, {
      experiment: 'x',
      untilMs: 1,
      dither: { secret: new Uint8Array(2), groupMin },
    })
    expect(figures).toMatchObject({ status: 'not-enough', comparisons: [] })
    expect(figures.arms.every((arm) => !('rate' in arm))).toBe(true)
    expect(told(0, 1)).toMatchObject({ status: 'enough', comparisons: [{ price: 5, against: 3, level: 0.95 }] })
  })
})

describe('the group size', () => {
  const config = {
    origin: 'https://n.example',
    account: 'n',
    mint: { url: 'https://m.example' },
    dataDir: 'd',
    offers: [],
  }

  test('can be made larger, never smaller than ten', () => {
    expect(parseConfig({ ...config, insights: {} }).insights).toMatchObject({ groupMin: 10, path: '/insights' })
    expect(parseConfig({ ...config, insights: { groupMin: 25 } }).insights?.groupMin).toBe(25)
    expect(() => parseConfig({ ...config, insights: { groupMin: 9 } })).toThrow(/insights.groupMin/)
  })
})

/** Which unknowns a system of linear equations settles, whatever its right side: those with a row of their own once it is reduced. */
function solved(equations: readonly (readonly number[])[]): number[] {
  const prime = 1_000_003
  const inverse = (value: number): number => {
    let [result, base, power] = [1, value, prime - 2]
    for (; power > 0; power = Math.floor(power / 2)) {
      if (power % 2 === 1) result = (result * base) % prime
      base = (base * base) % prime
    }
    return result
  }
  const rows = equations.map((row) => [...row])
  const width = rows[0]?.length ?? 0
  let rank = 0
  for (let column = 0; column < width && rank < rows.length; column += 1) {
    const at = rows.findIndex((row, index) => index >= rank && row[column] !== 0)
    if (at === -1) continue
    const pivot = rows[at] as number[]
    rows[at] = rows[rank] as number[]
    const scale = inverse(pivot[column] as number)
    const unit = pivot.map((value) => (value * scale) % prime)
    rows[rank] = unit
    for (const [index, row] of rows.entries()) {
      const factor = row[column] as number
      if (index === rank || factor === 0) continue
      rows[index] = row.map((value, place) => (value + (prime - factor) * (unit[place] as number)) % prime)
    }
    rank += 1
  }
  return rows.flatMap((row) => {
    const places = row.flatMap((value, place) => (value === 0 ? [] : [place]))
    return places.length === 1 ? (places as [number]) : []
  })
}
