import { TuppenceError } from '@tuppence/protocol'
import { describe, expect, test } from 'vitest'
import { createGroupCommit } from './group.ts'
import type { Operation, Outcome } from './port.ts'

const operation = (hash: string): Operation => ({
  hash,
  kind: 'swap',
  unit: 'usd',
  atMs: 0,
  answer: hash,
  spends: [],
  promises: [],
  entries: [],
})

/** A ledger whose commits end when told to. */
function heldLedger() {
  const batches: string[][] = []
  const waiting: (() => void)[] = []
  const commit = async (batch: readonly Operation[]): Promise<Outcome[]> => {
    batches.push(batch.map(({ hash }) => hash))
    await new Promise<void>((resolve) => waiting.push(resolve))
    return batch.map(({ answer }) => ({ status: 'committed', answer }))
  }
  const release = async () => {
    while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve))
    waiting.shift()?.()
  }
  return { batches, commit, release }
}

describe('group commit', () => {
  test('commits what queued during the last commit, in order, as one batch', async () => {
    const { batches, commit, release } = heldLedger()
    const { submit } = createGroupCommit(commit, { batchMax: 100, queueMax: 100 })
    const first = submit(operation('1'))
    while (batches.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const rest = ['2', '3', '4'].map((hash) => submit(operation(hash)))
    await release()
    expect(await first).toEqual({ status: 'committed', answer: '1' })
    await release()
    expect((await Promise.all(rest)).map((outcome) => 'answer' in outcome && outcome.answer)).toEqual(['2', '3', '4'])
    expect(batches).toEqual([['1'], ['2', '3', '4']])
  })

  test('takes no more than a full batch at once', async () => {
    const { batches, commit, release } = heldLedger()
    const { submit, drained } = createGroupCommit(commit, { batchMax: 2, queueMax: 100 })
    const all = ['1', '2', '3'].map((hash) => submit(operation(hash)))
    await release()
    await release()
    await Promise.all(all)
    await drained()
    expect(batches).toEqual([['1', '2'], ['3']])
  })

  test('refuses what does not fit into the queue', async () => {
    const { commit, release } = heldLedger()
    const { submit } = createGroupCommit(commit, { batchMax: 10, queueMax: 2 })
    const kept = [submit(operation('1')), submit(operation('2'))]
    await expect(submit(operation('3'))).rejects.toMatchObject({ code: 'overloaded', retry: 'now' })
    await release()
    await Promise.all(kept)
  })

  test('does what it can of a batch in which one operation is impossible', async () => {
    const { submit } = createGroupCommit(
      async (batch) => {
        if (batch.some(({ hash }) => hash === 'impossible')) throw new TuppenceError('internal')
        return batch.map(({ answer }) => ({ status: 'committed', answer }))
      },
      { batchMax: 10, queueMax: 10 },
    )
    const results = await Promise.allSettled(['1', 'impossible', '2'].map((hash) => submit(operation(hash))))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('tells every waiting request when a commit fails, and goes on with the next', async () => {
    let fail = true
    const { submit } = createGroupCommit(
      async (batch) => {
        if (fail) throw new Error('disk')
        return batch.map(({ answer }) => ({ status: 'committed', answer }))
      },
      { batchMax: 10, queueMax: 10 },
    )
    const results = await Promise.allSettled([submit(operation('1')), submit(operation('2'))])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    fail = false
    expect(await submit(operation('3'))).toEqual({ status: 'committed', answer: '3' })
  })
})
