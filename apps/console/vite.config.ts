import { defineConfig } from 'vite';

/** `npm run console` serves the sources and asks this server for everything else; `npm run build` writes what `api` serves. */
const API = process.env.TOCSIN_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    // Packages mark what runs in a browser alone; here everything does.
    rolldownOptions: { onLog: (level, log, handler) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handler(level, log) },
  },
  server: { proxy: { '/graphql': { target: API, ws: true, changeOrigin: true, rewriteWsOrigin: true }, '/v1': API } },
});
