import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments, UsageError } from './arguments.js';
import { readConnection } from './connection.js';
import { formatDuration, formatLatency, formatPercent, formatTime } from './figures.js';
import { createPaint } from './paint.js';
import { formatTable } from './table.js';

const COMMON = { json: false, url: undefined, key: undefined };

describe('the arguments', () => {
  it.each([
    [['status'], { command: 'status', ...COMMON }],
    [['status', '--json'], { command: 'status', ...COMMON, json: true }],
    [['tail'], { command: 'tail', after: undefined, filter: {}, ...COMMON }],
    [
      ['tail', '--after', '12', '--url=http://x', '--types', 'AlertFired,AlertResolved', '--region=us-east'],
      {
        command: 'tail',
        after: 12,
        filter: { types: 'AlertFired,AlertResolved', region: 'us-east' },
        ...COMMON,
        url: 'http://x',
      },
    ],
    [
      ['incident', 'show', 'latest', '--key', 'a.b'],
      { command: 'incident show', incidentId: 'latest', ...COMMON, key: 'a.b' },
    ],
    [['explain', 'in1'], { command: 'explain', wanted: { id: 'in1' }, ...COMMON }],
    [['explain', '--why-not', 'r1'], { command: 'explain', wanted: { path: '/v1/why-not/r1' }, ...COMMON }],
    [
      ['explain', '--why-not', 'r1', '--subject', 'v2+c1|us', '--at', '2021-07-22T11:47:00Z'],
      {
        command: 'explain',
        wanted: { path: '/v1/why-not/r1?subject=v2%2Bc1%7Cus&at=2021-07-22T11%3A47%3A00Z' },
        ...COMMON,
      },
    ],
    [['incident', 'cost', 'i1'], { command: 'incident cost', incidentId: 'i1', ...COMMON }],
    [['impact'], { command: 'impact', ...COMMON }],
    [
      ['customers', 'import', 'c.csv', '--dry-run'],
      { command: 'customers', wanted: { action: 'import', file: 'c.csv', dryRun: true }, ...COMMON },
    ],
    [['dnstap', 'x.fstrm'], { command: 'dnstap', path: 'x.fstrm', zones: [], json: false }],
    [
      ['dnstap', 'x', '--zones', 'a.test,b.test'],
      { command: 'dnstap', path: 'x', zones: ['a.test', 'b.test'], json: false },
    ],
    [['check', 'a.yml', 'rules'], { command: 'check', paths: ['a.yml', 'rules'], catalogue: undefined, json: false }],
    [
      ['check', 'a', '--catalogue', 'c.yml', '--json'],
      { command: 'check', paths: ['a'], catalogue: 'c.yml', json: true },
    ],
    [['--help'], { command: 'help', of: [] }],
    [['rollout', 'halt', '--comment', '-h'], { command: 'help', of: ['rollout', 'halt'] }],
    [['--json', '--url', 'http://x', 'status'], { command: 'status', ...COMMON, json: true, url: 'http://x' }],
  ])('%j', (args, asked) => {
    expect(readArguments(args)).toEqual(asked);
  });

  it.each([
    [[]],
    [['state']],
    [['status', 'more']],
    [['status', '--after', '1']],
    [['tail', '--after', 'x']],
    [['tail', 'more']],
    [['tail', '--stage', 'x']],
    [['incident']],
    [['incident', 'list']],
    [['incident', 'show']],
    [['incident', 'show', 'a', 'b']],
    [['customers']],
    [['customers', 'import']],
    [['status', '--dry-run']],
    [['node-key']],
    [['node-key', 'issue']],
    [['node-key', 'revoke']],
    [['node-key', 'issue', 'n1']],
    [['status', '--comment', 'x']],
    [['node-key', 'ls', 'n1']],
    [['node-key', 'issue', 'n1', 'n2']],
    [['maintenance']],
    [['silence']],
    [['silence', 'ls', 's-1']],
    [['silence', 'expire']],
    [['silence', 'expire', 's-1', '--for', '1h']],
    [['silence', 'ls', '--comment', 'x']],
    [['silence', 'add', '--where', 'node=a', '--for', '1h']],
    [['silence', 'add', '--where', 'node=a', '--for', '1h', '--comment', ' ']],
    [['silence', 'add', '--where', 'node=a', '--comment', 'x']],
    [['silence', 'add', '--for', '1h', '--comment', 'x']],
    [['silence', 'add', '--where', 'planet=mars', '--for', '1h', '--comment', 'x']],
    [['silence', 'add', '--where', 'node', '--for', '1h', '--comment', 'x']],
    [['silence', 'add', '--where', 'node=a', '--for', '30m1h', '--comment', 'x']],
    [['silence', 'add', '--where', 'node=a', '--for', '8d', '--comment', 'x']],
    [['silence', 'add', '--where', 'node=a', '--for', '1h', '--comment', 'x', '--from', '2021-07-22T12:00']],
    [['status', '--comment', 'x']],
    [['explain']],
    [['explain', 'a', 'b']],
    [['explain', 'a', '--subject', 'fleet']],
    [['explain', 'a', '--why-not', 'r1']],
    [['status', '--why-not', 'r1']],
    [['status', '--colour']],
    [['status', '--zones', 'a']],
    [['dnstap']],
    [['check']],
    [['status', '--catalogue', 'c']],
    [['dnstap', 'a', 'b']],
  ])('%j is a usage error', (args) => {
    expect(() => readArguments(args)).toThrow(UsageError);
  });
});

describe('the connection', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tocsin-cli-'));
    mkdirSync(join(directory, '.tocsin'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const write = (name: string, text: string): void => writeFileSync(join(directory, '.tocsin', name), text);
  const NO_FLAGS = { url: undefined, key: undefined };

  it('flag before environment before file before default', () => {
    write('admin-key', 'admin.secret\n');
    expect(readConnection(NO_FLAGS, {}, directory)).toEqual({
      url: new URL('http://127.0.0.1:8080'),
      key: 'admin.secret',
    });
    const elsewhere = { DATA_DIR: join(directory, '.tocsin') };
    expect(readConnection(NO_FLAGS, elsewhere, '/nowhere')).toMatchObject({ key: 'admin.secret' });
    write('cli.json', '{"url":"http://file:1","key":"f.f"}');
    expect(readConnection(NO_FLAGS, {}, directory)).toEqual({ url: new URL('http://file:1'), key: 'f.f' });
    const environment = { TOCSIN_URL: 'http://env:1', TOCSIN_KEY: 'e.e' };
    expect(readConnection(NO_FLAGS, environment, directory)).toEqual({ url: new URL('http://env:1'), key: 'e.e' });
    const flags = { url: 'https://flag', key: 'g.g' };
    expect(readConnection(flags, environment, directory)).toEqual({ url: new URL('https://flag'), key: 'g.g' });
  });

  it('says what is missing or wrong', () => {
    expect(() => readConnection(NO_FLAGS, {}, directory)).toThrow(/no API key: give --key or TOCSIN_KEY/);
    expect(() => readConnection({ url: 'ftp://x', key: 'a' }, {}, directory)).toThrow(/ftp:\/\/x: expected an http/);
    write('cli.json', '{"user":"x"}');
    expect(() => readConnection(NO_FLAGS, {}, directory)).toThrow(/cli.json: expected/);
  });
});

describe('what people read', () => {
  it('columns stand under their names, numbers on the right, and colour takes no width', () => {
    const paint = createPaint(true, {});
    expect(
      formatTable(
        ['region', 'success', 'state'],
        [
          ['us-east', '99.95 %', paint.good('well')],
          ['europe', '7.1 %', paint.bad('hurt')],
        ],
      ).map((line) => line.replaceAll('\u001b', '')),
    ).toEqual(['region   success  state', 'us-east  99.95 %  [32mwell[0m', 'europe     7.1 %  [31mhurt[0m']);
    expect(formatTable(['a', 'b'], [])).toEqual(['a  b']);
  });

  it('no colour without a terminal or with NO_COLOR', () => {
    expect(createPaint(false, {}).bad('x')).toBe('x');
    expect(createPaint(true, { NO_COLOR: '1' }).bad('x')).toBe('x');
    expect(createPaint(true, { NO_COLOR: '' }).bad('x')).toBe('\u001b[31mx\u001b[0m');
  });

  it('R7: a percentile may be a timeout; what is not known is said to be unknown', () => {
    expect([formatLatency('timeout'), formatLatency(null), formatLatency(2_500), formatLatency(5_000_000)]).toEqual([
      'timeout',
      'unknown',
      '2.5 ms',
      '5,000 ms',
    ]);
    expect([formatPercent(null), formatPercent(99.95)]).toEqual(['unknown', '99.95 %']);
    expect([formatDuration(45_400), formatDuration(200_000), formatDuration(7_500_000)]).toEqual([
      '45 s',
      '3 min 20 s',
      '2 h 5 min',
    ]);
    expect([formatTime(1_626_954_423_000), formatTime(null)]).toEqual(['2021-07-22 11:47:03', '-']);
  });
});
