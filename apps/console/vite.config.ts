import { defineConfig, type Plugin } from 'vite';

/** `npm run console` serves the sources and asks this server for everything else; `npm run build` writes what `api` serves. */
const API = process.env.TOCSIN_URL ?? 'http://127.0.0.1:8080';

/**
 * Puts a part before everything else, as a script that the page waits for: a module runs after the first paint, and a script within the
 * page is forbidden by the policy that it is served with.
 */
const firstOfAll = (name: string): Plugin => ({
  name: 'first-of-all',
  apply: 'build',
  transformIndexHtml: {
    order: 'post',
    handler: (_page, { bundle }) => {
      const part = Object.values(bundle ?? {}).find((each) => each.type === 'chunk' && each.name === name);
      if (part?.type !== 'chunk' || part.imports.length + part.exports.length > 0)
        throw new Error(`${name} is not there, or no script that stands alone`);
      return [{ tag: 'script', attrs: { src: `/${part.fileName}` }, injectTo: 'head-prepend' }];
    },
  },
});

export default defineConfig({
  root: import.meta.dirname,
  plugins: [firstOfAll('before-paint')],
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: ['index.html', 'src/theme/before-paint.ts'].map((path) => `${import.meta.dirname}/${path}`),
      // Packages mark what runs in a browser alone; here everything does.
      onLog: (level, log, handler) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handler(level, log),
    },
  },
  server: {
    proxy: {
      '/graphql': { target: API, ws: true, changeOrigin: true, rewriteWsOrigin: true },
      ...Object.fromEntries(['/v1', '/readyz', '/metrics'].map((path) => [path, API])),
    },
  },
});
