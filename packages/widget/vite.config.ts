// Builds the wallet's origin into dist/site: three pages, the script that publishers load, the headers to serve them with.
import { defineConfig } from 'vite'
import { deliverables, deployedConfig } from './build/deliverables.ts'

export default defineConfig({
  base: '/',
  publicDir: 'public',
  resolve: { conditions: ['@tuppence/source', 'module', 'browser'] },
  plugins: [deployedConfig(), deliverables()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist/site',
    emptyOutDir: true,
    target: 'es2023',
    // Its polyfill and preloading code would be the first thing in every frame.
    modulePreload: { polyfill: false },
    // Inlining small files as data: URLs is against the pages' own policy.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: ['frame.html', 'popup.html', 'index.html'],
      treeshake: { propertyReadSideEffects: false },
    },
  },
})
