// The ordinary lint's rules, on the files of this folder, each of which breaks some on purpose.
import { defineConfig } from 'oxlint'
import ordinary from '../../../oxlint.config.ts'

export default defineConfig({ ...ordinary, ignorePatterns: [] })
