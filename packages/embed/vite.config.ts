// Bundles `define` into dist/tuppence.js, the file that a publisher's script tag names. `pnpm build` runs it.
import { defineConfig } from 'vite'

export default defineConfig({
  resolve: { conditions: ['@tuppence/source', 'module', 'browser'] },
  build: {
    target: 'es2023',
    emptyOutDir: false,
    modulePreload: false,
    minify: 'terser',
    terserOptions: { module: true, ecma: 2020, compress: { passes: 2 } },
    rolldownOptions: {
      input: 'src/define.ts',
      output: { entryFileNames: 'tuppence.js' },
      treeshake: { propertyReadSideEffects: false },
    },
  },
})
