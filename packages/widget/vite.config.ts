// How the wallet's pages are bundled. build/main.ts builds with it, page by page; `vite` serves the screens at /dev.html.
import { join } from 'node:path'
import { defineConfig } from 'vite'
import { plainImports } from './build/islands.ts'
import { deployedConfig, plainLimits } from './build/plugins.ts'

export default defineConfig({
  base: '/',
  publicDir: 'public',
  resolve: {
    conditions: ['@tuppence/source', 'module', 'browser'],
    alias: { 'preact/jsx-runtime': join(import.meta.dirname, 'build', 'jsx.ts') },
  },
  plugins: [deployedConfig(), plainImports(), plainLimits()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist/site',
    emptyOutDir: false,
    target: 'es2023',
    modulePreload: false,
    // Of the minifiers that Vite knows it leaves what gzip makes least of: 3% less of the frame.
    minify: 'terser',
    terserOptions: { module: true, ecma: 2020, compress: { passes: 2 } },
    // Inlining small files as data: URLs is against the pages' own policy.
    assetsInlineLimit: 0,
    // A minifier takes its time.
    rolldownOptions: { treeshake: { propertyReadSideEffects: false }, checks: { bundlerTimings: false } },
  },
})
