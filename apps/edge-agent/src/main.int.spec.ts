import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '#testing';
import { type Receiver, startReceiver } from './receiver.fake.js';

const MAIN = join(process.cwd(), 'dist/apps/edge-agent/src/main.js');
const RECORDING = readFileSync(join(process.cwd(), 'libs/domain/src/dnstap/fixtures/knot-400.fstrm'));
const KEY = 'k1.canary-secret';

let folder: string;
let receiver: Receiver;
const children: ChildProcess[] = [];
const run = (...words: string[]) => {
  const child = spawn(process.execPath, [MAIN, ...words], { env: { PATH: process.env['PATH'] } });
  children.push(child);
  const output = { text: '', code: undefined as number | null | undefined };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => (output.text += piece.toString()));
  // Not `exit`: what was printed last may come behind it.
  child.on('close', (code) => (output.code = code));
  return { child, output };
};
const configFile = (more = ''): string => {
  writeFileSync(join(folder, 'key'), KEY);
  const path = join(folder, 'agent.yml');
  writeFileSync(
    path,
    `node: {id: edge-1, pop: fra1, region: europe}
gateway: {url: '${receiver.url}', key_file: ${join(folder, 'key')}}
tap: {listen: 'unix:${join(folder, 'tap.sock')}'}
release: {software_version: {from: tap}, config_rev: r1}
spool: {directory: ${join(folder, 'spool')}}
${more}`,
  );
  return path;
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tocsin-main-'));
  receiver = await startReceiver(KEY);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await receiver.close();
  rmSync(folder, { recursive: true });
});

describe('the edge agent as a process', () => {
  it('--check-config shows what holds, without secrets, or points at what is wrong', async () => {
    const good = run('--config', configFile(), '--region', 'asia', '--check-config');
    await until('it ended', () => good.output.code !== undefined);
    expect(good.output.code).toBe(0);
    expect(JSON.parse(good.output.text)).toMatchObject({ nodeId: 'edge-1', region: 'asia', key: 'k1.…' });
    const wrong = run('--config', configFile('zoness: [a]\n'), '--check-config');
    await until('it ended', () => wrong.output.code !== undefined);
    expect(wrong.output.code).toBe(1);
    expect(wrong.output.text).toContain(
      'agent.yml:6:1: zoness: there is no such key; did you mean zones?\n    zoness: …\n    ^',
    );
  });

  it('killed with -9 while the gateway is away, loses nothing that its heartbeat called spooled', async () => {
    const path = configFile();
    const tap = join(folder, 'tap.sock');
    receiver.script.push(...Array.from({ length: 1_000 }, () => 503));
    const first = run('--config', path);
    await until('it listens', () => existsSync(tap));
    connect(tap).end(RECORDING);
    await until('a heartbeat tells that all of it is on disk', () =>
      receiver.reports.some(
        (report) => report.type === 'heartbeat' && report.observed === 200 && report.queued === report.spooled,
      ),
    );
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    rmSync(tap);
    receiver.script.length = 0;
    const second = run('--config', path);
    await until('everything came', () => receiver.batches.reduce((sum, { n }) => sum + n, 0) === 200);
    second.child.kill('SIGTERM');
    await until('it ended', () => second.output.code !== undefined);
    expect(second.output.code).toBe(0);
    expect(receiver.batches.map(({ seq }) => seq)).toEqual(receiver.batches.map((_, i) => i + 1));
    expect(receiver.batches[0]).toMatchObject({ softwareVersion: '2.1.5', configRev: 'r1' });
    expect(second.output.text).toContain('were left in');
    expect(second.output.text).not.toContain('canary');
  });
});
