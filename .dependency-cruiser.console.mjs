/**
 * What the console may import: itself and a few packages, each from one room. It runs in a browser and asks the API like anybody
 * else, so nothing of the server's code is in it. Apart from `.dependency-cruiser.mjs`, because the parser that is right there does not
 * read .tsx; `tools/tidy.spec.ts` plants a violation of every rule here too.
 */
const test = '\\.(spec|fixture|fake)\\.tsx?$';
const npm = (name) => `(^|/)node_modules/(@types/)?${name}/|^${name}(/|$)`;
const error = (name, from, to) => ({ name, severity: 'error', from: { pathNot: test, ...from }, to });

/** The rooms of apps/console/src that may import a package. */
const doors = {
  uplot: 'ui/chart',
  'graphql-ws': 'api/',
  graphql: 'api/',
  'd3-geo': 'map/',
  'topojson-(client|specification)': 'map/',
  'world-atlas': 'map/',
  'react-dom': '(main|bench/)',
};
/** Those that may be imported everywhere. */
const everywhere = ['react', '@tanstack/react-(query|router|virtual)', '@base-ui/react', 'gql\\.tada'];

/** @type {import('dependency-cruiser').IConfiguration} */
const config = {
  forbidden: [
    error('console-no-circular', {}, { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }),
    error('console-not-to-unresolvable', {}, { couldNotResolve: true, pathNot: '^#schema$' }),
    error('console-imports-itself', {}, { path: '^(apps|libs)/|^tools/', pathNot: '^apps/console/' }),
    error('console-runs-in-a-browser', {}, { dependencyTypes: ['core'] }),
    error(
      'console-packages',
      {},
      {
        dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: [...Object.keys(doors), ...everywhere].map(npm).join('|'),
      },
    ),
    ...Object.entries(doors).map(([name, room]) =>
      error(`console-door-${name}`, { pathNot: `^apps/console/src/${room}|${test}` }, { path: npm(name) }),
    ),
  ],
  options: {
    tsConfig: { fileName: 'apps/console/tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules|^dist' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default'] },
  },
};
export default config;
