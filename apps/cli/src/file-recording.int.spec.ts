import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { event, type Event, streamOf, type Topic } from '#contracts';
import type { LogRecord } from '#event-log';
import { readFacts, type Recording } from '#replay';
import { exportRecording, openFileRecording } from './file-recording.js';

const SECRET_HASH = 'ab'.repeat(32);
const told: readonly (readonly [string, Event])[] = [
  [streamOf.catalogue, event('NodesRegistered', { nodes: [{ nodeId: 'n1', pop: 'iad1', region: 'us-east' }] })],
  [streamOf.key('k1'), event('ApiKeyCreated', { keyId: 'k1', name: 'ana', role: 'viewer', secretHash: SECRET_HASH })],
  [streamOf.nodeKeys('n1'), event('NodeKeyIssued', { nodeId: 'n1', keyId: 'nk1', at: 1 })],
  [streamOf.incident('in1'), event('IncidentResolved', { incidentId: 'in1', because: 'over', at: 1 })],
];

const recordOf = ([stream, what]: (typeof told)[number], offset: number): LogRecord => ({
  topic: 'events',
  partition: 0,
  offset,
  key: stream,
  headers: {},
  appendedAtMs: 1_000 + offset,
  value: Buffer.from(
    JSON.stringify({
      position: offset + 1,
      stream,
      version: 1,
      event: what,
      metadata: { actor: 'test', cause: 'test' },
      recordedAtMs: 1_000 + offset,
      hash: '',
    }),
  ),
});

/** A log of events alone. */
const recording = (records: readonly LogRecord[]): Recording => ({
  name: 'log',
  offsets: async (topic: Topic) => [{ topic, partition: 0, low: 0, high: topic === 'events' ? records.length : 0 }],
  pages: async function* ({ topic }) {
    if (topic === 'events') yield records;
  },
  record: async () => undefined,
  toldTicks: async () => undefined,
  close: async () => undefined,
});

describe('an exported recording', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tocsin-export-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('holds no keys, not even their hashes, since it is handed to somebody; the other events keep their positions', async () => {
    const span = { fromMs: 0, toMs: Infinity };
    expect(await exportRecording(recording(told.map(recordOf)), directory, span)).toBe(2);
    const files = await Promise.all((await readdir(directory)).map((file) => readFile(join(directory, file), 'utf8')));
    const lines = files.flatMap((text) => text.split('\n')).filter((line) => line.includes('"value"'));
    const values = lines.map((line) => Buffer.from((JSON.parse(line) as { value: string }).value, 'base64').toString());
    expect(values).toHaveLength(2);
    expect([...lines, ...values].join('\n')).not.toMatch(/secretHash|key-k1|node-keys-n1/);
    const { events } = await readFacts(await openFileRecording(directory));
    expect(events.map(({ position, stream }) => [position, stream])).toEqual([
      [1, 'catalogue'],
      [4, 'incident-in1'],
    ]);
  });
});
