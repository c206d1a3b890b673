// How the wallet's pages are bundled. build/main.ts builds with it, page by page; `vite` serves the screens at /dev.html.
import { defineConfig } from 'vite'
import { plainImports } from './build/islands.ts'
import { deployedConfig } from './build/plugins.ts'

export default defineConfig({
  base: '/',
  publicDir: 'public',
  resolve: { conditions: ['@tuppence/source', 'module', 'browser'] },
  plugins: [deployedConfig(), plainImports()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist/site',
    emptyOutDir: false,
    target: 'es2023',
    modulePreload: false,
    // Inlining small files as data: URLs is against the pages' own policy.
    assetsInlineLimit: 0,
    rolldownOptions: { treeshake: { propertyReadSideEffects: false } },
  },
})
