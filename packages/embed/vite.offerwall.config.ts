// Bundles `offerwall-script` into dist/offerwall/tuppence-offerwall.js, a classic script: it must run before Google's. `pnpm build` runs it.
import { defineConfig } from 'vite'

export default defineConfig({
  resolve: { conditions: ['@tuppence/source', 'module', 'browser'] },
  build: {
    target: 'es2023',
    outDir: 'dist/offerwall',
    lib: { entry: 'src/offerwall-script.ts', formats: ['iife'], name: 'tuppenceOfferwall' },
    rolldownOptions: { output: { entryFileNames: 'tuppence-offerwall.js', minify: true } },
  },
})
