#!/usr/bin/env node
/** The command tuppence. */
import { runLine } from './run.ts'

process.exitCode = await runLine(process.argv.slice(2))
