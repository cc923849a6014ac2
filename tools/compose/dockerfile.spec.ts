import { existsSync, readFileSync } from 'node:fs';
import { copiesOf, lastOf, readStages, type Stage } from './dockerfile.js';

const stages = readStages(readFileSync('Dockerfile', 'utf8'));
const last = stages.at(-1) as Stage;
/** Sources that are not there: of the clone, or of the folder in which an earlier stage works, as this clone has it. */
const missing = (all: readonly Stage[]): readonly string[] =>
  all.flatMap((stage) =>
    copiesOf(stage).flatMap(({ from, sources }) => [
      ...sources
        .map((path) => (from === undefined ? path : path.replace(/^\/tocsin\//, '')))
        .filter((path) => !existsSync(path)),
      ...(from === undefined || all.some(({ name }) => name === from) ? [] : [`stage ${from}`]),
    ]),
  );
/** What the build context holds, as `.dockerignore` says: everything is left out but what is named. */
const allowed = readFileSync('.dockerignore', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1));

describe('Dockerfile', () => {
  it('copies what is there, and what .dockerignore lets through', () => {
    expect(stages.map(({ name }) => name)).toEqual(['build', 'packages', undefined]);
    expect(missing(stages)).toEqual([]);
    const asked = stages.flatMap(copiesOf).filter(({ from }) => from === undefined);
    expect(new Set(asked.flatMap(({ sources }) => sources))).toEqual(new Set(allowed));
  });

  it('is found wrong with a source or a stage that is not there', () => {
    expect(missing(readStages('FROM a AS b\nCOPY app \\\n  apps ./\nFROM c\nCOPY --from=d /tocsin/dust x\n'))).toEqual([
      'app',
      'dust',
      'stage d',
    ]);
  });

  it('is built as a clone is, and holds what was built: every role, and the console that api serves', () => {
    const [build] = stages;
    expect(lastOf(build as Stage, 'RUN')).toBe('node tools/ready.mjs --installed');
    const built = copiesOf(last).flatMap(({ from, sources }) => (from === 'build' ? sources : []));
    expect(built).toEqual(['/tocsin/dist/libs', '/tocsin/dist/apps', '/tocsin/dist/console']);
  });

  it('starts a main that is there, as nobody special, and looks after its health', () => {
    const command = JSON.parse(lastOf(last, 'CMD') ?? '[]') as string[];
    expect(command).toEqual(['node', 'dist/apps/standalone/src/main.js']);
    expect(existsSync(command[1] ?? '')).toBe(true);
    expect(lastOf(last, 'USER')).toBe('node');
    expect(lastOf(last, 'HEALTHCHECK')).toContain('/healthz');
  });

  it('is made of pinned images, and ends without development packages', () => {
    expect(new Set(stages.map(({ image }) => image))).toEqual(new Set(['node:20.19-bookworm-slim']));
    const packages = copiesOf(last).find(({ sources }) => sources.includes('/tocsin/node_modules'))?.from;
    const stage = stages.find(({ name }) => name === packages) as Stage;
    expect(lastOf(stage, 'RUN')).toMatch(/^npm ci .*--omit=dev$/);
  });
});
