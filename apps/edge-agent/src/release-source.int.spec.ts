import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Release } from '#contracts';
import { type ReleaseSource, ReleaseWatch } from './release-source.js';

const C42: ReleaseSource = { kind: 'literal', name: 'c42' };
const command = (...words: string[]): ReleaseSource => ({ kind: 'command', words, timeoutMs: 5_000 });
const node = (program: string, timeoutMs = 5_000): ReleaseSource => ({
  kind: 'command',
  words: [process.execPath, '-e', program],
  timeoutMs,
});

let folder: string;
let path: string;
const lines: string[] = [];
const changes: Release[] = [];
const watch = (softwareVersion: ReleaseSource, configRev: ReleaseSource = C42): ReleaseWatch =>
  new ReleaseWatch(
    { softwareVersion, configRev },
    (line) => lines.push(line),
    (release) => changes.push(release),
  );

beforeEach(() => {
  lines.length = 0;
  changes.length = 0;
  folder = mkdtempSync(join(tmpdir(), 'tocsin-release-'));
  path = join(folder, 'version');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('ReleaseWatch', () => {
  it('knows what it was told at once, and the rest as unknown', async () => {
    expect(watch({ kind: 'literal', name: 'v1' }).release).toEqual({ softwareVersion: 'v1', configRev: 'c42' });
    const releases = watch({ kind: 'tap' });
    await releases.read();
    expect(releases.release).toEqual({ softwareVersion: 'unknown', configRev: 'c42' });
    expect([changes, lines]).toEqual([[], []]);
  });

  it('reads a file again, and says what changed', async () => {
    writeFileSync(path, 'v2.1.5\n');
    const releases = watch({ kind: 'file', path });
    await releases.read();
    await releases.read();
    writeFileSync(path, 'v2.1.4\n');
    await releases.read();
    expect(changes.map(({ softwareVersion }) => softwareVersion)).toEqual(['v2.1.5', 'v2.1.4']);
    expect(lines).toEqual(['release: v2.1.5+c42, was unknown+c42', 'release: v2.1.4+c42, was v2.1.5+c42']);
  });

  it('keeps the last known while a source fails, says so once, and says when it is back', async () => {
    writeFileSync(path, 'v2.1.5\n');
    const releases = watch({ kind: 'file', path });
    await releases.read();
    rmSync(path);
    for (let i = 0; i < 3; i += 1) await releases.read();
    expect(releases.release.softwareVersion).toBe('v2.1.5');
    expect(lines.slice(1)).toEqual([expect.stringContaining('ENOENT')]);
    writeFileSync(path, 'v2.1.5\n');
    await releases.read();
    expect(lines.slice(2)).toEqual([`release: ${path} can be read again`]);
  });

  it('takes the first line of what a program prints, also where it prints to the error output', async () => {
    const releases = watch(node("console.log('Knot DNS 3.2.6'); console.log('more')"), node("console.error('rev 7')"));
    await releases.read();
    expect(releases.release).toEqual({ softwareVersion: 'Knot-DNS-3.2.6', configRev: 'rev-7' });
  });

  it.each([
    ['is not there', command('/no/such/program'), 'ENOENT'],
    ['fails', node('process.exitCode = 3'), '3'],
    ['hangs', node('process.stdin.resume(); setInterval(() => {}, 1000)', 300), 'no answer in 300 ms'],
    ['prints too much', node("process.stdout.write('x'.repeat(1e6))"), 'MAXBUFFER'],
    ['says nothing', node(''), 'it says nothing'],
  ])('a program that %s is a source that fails', async (_what, source, said) => {
    const releases = watch(source);
    await releases.read();
    expect(releases.release.softwareVersion).toBe('unknown');
    expect(lines.join()).toContain(said);
  });

  it('runs without a shell, and without the secrets of the agent', async () => {
    process.env['TOCSIN_CANARY'] = 'canary';
    const releases = watch(
      command('/bin/echo', '$(id);`id`|x'),
      node("console.log(process.env.TOCSIN_CANARY ?? 'none')"),
    );
    await releases.read();
    delete process.env['TOCSIN_CANARY'];
    expect(releases.release).toEqual({ softwareVersion: 'id-id-x', configRev: 'none' });
  });

  it('hears what the server says in its frames', () => {
    const releases = watch({ kind: 'tap' });
    releases.heard('Knot DNS 3.2.6');
    releases.heard('Knot DNS 3.2.6');
    releases.heard('\u0000');
    expect(changes).toEqual([{ softwareVersion: 'Knot-DNS-3.2.6', configRev: 'c42' }]);
    const told = watch(C42);
    told.heard('other');
    expect(told.release.softwareVersion).toBe('c42');
  });

  it('reads once more when it is asked while it reads, however often', async () => {
    writeFileSync(path, 'v1\n');
    const releases = watch({ kind: 'file', path });
    const first = releases.read();
    const asked = [releases.read(), releases.read(), releases.read()];
    expect(new Set(asked).size).toBe(1);
    await first;
    writeFileSync(path, 'v2\n');
    await asked[0];
    expect(releases.release.softwareVersion).toBe('v2');
  });
});
