// Bundles `unseal` into dist/unseal: two small files that `tuppence seal` puts beside a static site's own. `pnpm build` runs it.
import { defineConfig } from 'vite'

export default defineConfig({
  resolve: { conditions: ['@tuppence/source', 'module', 'browser'] },
  build: {
    target: 'es2023',
    outDir: 'dist/unseal',
    // A library: no wrapper around import(), whose path stays relative, as the site may live under any.
    lib: { entry: 'src/unseal.ts', formats: ['es'] },
    rolldownOptions: {
      output: { entryFileNames: 'tuppence-unseal.js', chunkFileNames: 'tuppence-unseal-open.js', minify: true },
      treeshake: { propertyReadSideEffects: false },
    },
  },
})
