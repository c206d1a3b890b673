import { dbContract } from './contract.ts'
import { memoryDb } from './memory.ts'

// A memory storage is its own place: opening it again is the same object.
dbContract('memory', () => {
  const db = memoryDb()
  return { open: async () => db }
})
