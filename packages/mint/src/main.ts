#!/usr/bin/env node
// The command `tuppence-mint`: serve, account add, account list, keys rotate.

import { runCommand } from './command.ts'

process.exitCode = await runCommand(process.argv.slice(2), process)
