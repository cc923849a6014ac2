import { BATCH_BYTES_MAX, encodeProtobuf } from '#contracts';
import type { MappedOutcome } from './map-record.js';
import { MappedBatches } from './mapped-batches.js';

const HOUR_US = 3_600_000_000;
const T_US = 450_000 * HOUR_US;
const row = (atUs: number, zone = 'delta.example'): MappedOutcome => ({
  node: undefined,
  atUs,
  zone,
  latencyUs: 5,
  outcome: 0,
  qtype: 1,
  rcode: 0,
  transport: 1,
  flags: 0,
  qnameLen: 19,
});

describe('batches of a request', () => {
  it('are one per node and hour, timed from their first outcome', () => {
    const batches = new MappedBatches();
    for (const [node, atUs] of [
      ['n1', T_US + 7],
      ['n1', T_US + 3],
      ['n2', T_US],
      ['n1', T_US + HOUR_US],
    ] as const)
      expect(batches.add(node, row(atUs))).toBeUndefined();
    expect(batches.finish().map(({ nodeId, t0Us, n, dtUs }) => [nodeId, t0Us, n, [...dtUs]])).toEqual([
      ['n1', T_US + 3, 2, [4, 0]],
      ['n2', T_US, 1, [0]],
      ['n1', T_US + HOUR_US, 1, [0]],
    ]);
  });

  it('stay below the largest batch, whatever the names are, and lose nothing', () => {
    const batches = new MappedBatches();
    for (let i = 0; i < 5_000; i += 1)
      batches.add('n1', row(T_US + i, `${String(i).padStart(4, '0')}${'x'.repeat(251)}`));
    const all = batches.finish();
    expect(all.reduce((sum, { n }) => sum + n, 0)).toBe(5_000);
    const envelope = {
      schema: 1,
      agentBootId: '1',
      seq: 1,
      published: 0,
      serverBootId: '0',
      observerId: '',
      vantage: 0,
    } as const;
    const place = {
      pop: 'p',
      region: 'r',
      ring: '',
      softwareVersion: 'v',
      configRev: 'c',
      weight: undefined,
      zoneId: undefined,
    };
    const completeness = {
      observed: 1,
      sampledOut: 0,
      droppedAgent: 0,
      droppedSource: -1,
      serverQueries: -1,
      unpairedQueries: 0,
      orphanResponses: 0,
      malformed: 0,
    };
    for (const columns of all)
      expect(encodeProtobuf({ ...envelope, ...place, completeness, ...columns }).length).toBeLessThan(BATCH_BYTES_MAX);
  });

  it('of more nodes and hours than 64 are refused, line by line', () => {
    const batches = new MappedBatches();
    const answers = Array.from({ length: 70 }, (_unused, index) => batches.add(`n${index}`, row(T_US)));
    expect(answers.filter((answer) => answer !== undefined)).toHaveLength(6);
    expect(batches.add('n0', row(T_US))).toBeUndefined();
  });
});
