import { CONTENT_TYPE, GATEWAY_KEY_ID, HEADER, type ProblemCode } from '#contracts';
import type { NewRecord } from '#event-log';
import { catalogue, createRandom, makeBatch, recordOf } from './fleet-history.fixture.js';
import { PartitionState } from './partition-state.js';
import { policyOf, tagged } from './tagged.fixture.js';
import { unreadPartition } from './partition-state.fixture.js';

const ATTACKS = 100_000;
/** So many attacks between two honest batches. */
const PER_HONEST = 50;
const NODES = 20;
const PER_BATCH = 3;
const AT_MS = Date.UTC(2026, 0, 5, 10);
const TOPIC = 'telemetry.outcomes';

type Random = () => number;
/** What becomes of an attack: refused for this reason, or known as a repetition. */
type Fate = ProblemCode | 'duplicate';

interface Honest {
  readonly nodeId: string;
  readonly record: NewRecord;
}

const nameOf = (index: number): string => `n${index}`;
const below = (random: Random, max: number): number => Math.floor(random() * max);
const another = (random: Random, { nodeId }: Honest): string => {
  const own = Number(nodeId.slice(1));
  return nameOf((own + 1 + below(random, NODES - 1)) % NODES);
};
const batchOf = (nodeId: string, seq: number): NewRecord =>
  recordOf(
    makeBatch(
      { nodeId, seq, t0Us: AT_MS * 1_000 },
      Array.from({ length: PER_BATCH }, (_, i) => i),
    ),
  );
const withHeaders = (record: NewRecord, headers: Readonly<Record<string, string>>): NewRecord => ({
  ...record,
  headers: { ...record.headers, ...headers },
});
const tagOf = (record: NewRecord): string => record.headers?.[HEADER.tag] ?? '';
/** The next batch of a node, as whoever listens could write it. */
const next = (nodeId: string, random: Random): NewRecord => batchOf(nodeId, 1_000_000 + below(random, 1_000));
const flipped = (value: Uint8Array, random: Random): Uint8Array => {
  const bytes = Uint8Array.from(value);
  const at = below(random, bytes.length);
  bytes[at] = bytes[at]! ^ (1 << below(random, 8));
  return bytes;
};

const KINDS: Readonly<Record<string, (honest: Honest, random: Random) => { record: NewRecord; fate: Fate }>> = {
  'forged: no tag': ({ nodeId }, random) => ({ record: next(nodeId, random), fate: 'TAG_MISSING' }),
  'forged: an invented tag': ({ nodeId }, random) => {
    const tag = Buffer.from(Array.from({ length: 32 }, () => below(random, 256))).toString('base64url');
    const headers = { [HEADER.keyId]: `${nodeId}.2`, [HEADER.tag]: tag };
    return { record: withHeaders(next(nodeId, random), headers), fate: 'TAG_INVALID' };
  },
  'forged: the key of another fleet': ({ nodeId }, random) => ({
    record: tagged(TOPIC, next(nodeId, random), `${nodeId}.2`, 'g'.repeat(43)),
    fate: 'TAG_INVALID',
  }),
  'forged: the gateway of another fleet': ({ nodeId }, random) => ({
    record: tagged(TOPIC, next(nodeId, random), GATEWAY_KEY_ID, 'g'.repeat(43)),
    fate: 'TAG_INVALID',
  }),
  'forged: a key that was never issued': ({ nodeId }, random) => ({
    record: tagged(TOPIC, next(nodeId, random), `${nodeId}.${3 + below(random, 1e6)}`),
    fate: 'NODE_KEY_UNKNOWN',
  }),
  'forged: a key that was revoked': ({ nodeId }, random) => ({
    record: tagged(TOPIC, next(nodeId, random), `${nodeId}.1`),
    fate: 'NODE_KEY_REVOKED',
  }),
  'altered: a bit of the body': ({ record }, random) => ({
    record: { ...record, value: flipped(record.value, random) },
    fate: 'TAG_INVALID',
  }),
  'altered: a shorter body': ({ record }, random) => ({
    record: { ...record, value: record.value.subarray(0, below(random, record.value.length)) },
    fate: 'TAG_INVALID',
  }),
  'altered: the content type': ({ record }) => ({
    record: withHeaders(record, { [HEADER.contentType]: `${CONTENT_TYPE.protobuf};v=2` }),
    fate: 'TAG_INVALID',
  }),
  'altered: the tag': ({ record }, random) => {
    const tag = tagOf(record);
    const at = below(random, tag.length);
    const other = tag[at] === 'A' ? 'B' : 'A';
    return {
      record: withHeaders(record, { [HEADER.tag]: tag.slice(0, at) + other + tag.slice(at + 1) }),
      fate: 'TAG_INVALID',
    };
  },
  'altered: the key id': ({ record }) => ({
    record: withHeaders(record, { [HEADER.keyId]: GATEWAY_KEY_ID }),
    fate: 'TAG_INVALID',
  }),
  'replayed: the same record': ({ record }) => ({ record, fate: 'duplicate' }),
  'replayed: as a batch of another node': ({ record, ...honest }, random) => ({
    record: { ...record, key: another(random, { record, ...honest }) },
    fate: 'NODE_FOREIGN',
  }),
  'replayed: without a key': ({ record }) => ({ record: { ...record, key: null }, fate: 'NODE_FOREIGN' }),
  'replayed: what the node said as a report': ({ nodeId, record }) => ({
    record: withHeaders(record, { [HEADER.tag]: tagOf(tagged('telemetry.nodes', record, `${nodeId}.2`)) }),
    fate: 'TAG_INVALID',
  }),
  'cross-node: with the key of another node': (honest, random) => ({
    record: tagged(TOPIC, next(honest.nodeId, random), `${another(random, honest)}.2`),
    fate: 'NODE_FOREIGN',
  }),
};

describe('a partition that anybody can write to', () => {
  const keys = Object.fromEntries(
    Array.from({ length: NODES }, (_, i) => [
      [`${nameOf(i)}.1`, AT_MS - 1],
      [`${nameOf(i)}.2`, undefined],
    ]).flat() as [string, number | undefined][],
  );
  const open = () => {
    const state = new PartitionState(unreadPartition(), catalogue, policyOf(keys));
    let offset = 0;
    const add = ({ key, value, headers = {} }: NewRecord) => {
      const record = { topic: TOPIC, partition: 0, offset, key, value, headers, appendedAtMs: AT_MS } as const;
      offset += 1;
      return state.add(record);
    };
    const flush = () => {
      state.closeBefore(AT_MS + 10_000);
      return state.takeFlush();
    };
    return { add, flush };
  };

  it(`P8, T-E1: ${ATTACKS} forged, altered, replayed and cross-node batches change nothing, and each is counted`, () => {
    const random = createRandom(20_210_722);
    const { add, flush } = open();
    const kinds = Object.entries(KINDS);
    const sent = new Map<string, number>();
    const repeated = new Map<string, number>();
    const wrong: string[] = [];
    let honest: Honest | undefined;
    for (let i = 0; i < ATTACKS; i += 1) {
      if (honest === undefined || i % PER_HONEST === 0) {
        const nodeId = nameOf(below(random, NODES));
        const seq = (sent.get(nodeId) ?? 0) + 1;
        sent.set(nodeId, seq);
        honest = { nodeId, record: tagged(TOPIC, batchOf(nodeId, seq), `${nodeId}.2`) };
        if (add(honest.record) !== undefined) wrong.push(`honest ${nodeId} ${seq}: refused`);
      }
      const [kind, attack] = kinds[below(random, kinds.length)]!;
      const { record, fate } = attack(honest, random);
      if (fate === 'duplicate') repeated.set(honest.nodeId, (repeated.get(honest.nodeId) ?? 0) + 1);
      const became = add(record)?.headers?.[HEADER.reason] ?? 'duplicate';
      if (became !== fate) wrong.push(`${kind}: ${became}, expected ${fate}`);
    }
    expect(wrong).toEqual([]);
    const ledger = flush()?.ledger ?? [];
    expect(new Map(ledger.map((delta) => [delta.nodeId, delta]))).toEqual(
      new Map(
        [...sent].map(([nodeId, batches]) => [
          nodeId,
          expect.objectContaining({
            agentBootId: '1',
            lastSeq: batches,
            batches,
            counted: batches * PER_BATCH,
            duplicates: repeated.get(nodeId) ?? 0,
            rejected: 0,
            late: 0,
          }),
        ]),
      ),
    );
    expect([...repeated.values()].reduce((sum, n) => sum + n, 0)).toBeGreaterThan(ATTACKS / 50);
  });

  it('P8: what a node tags in the name of another is booked to itself', () => {
    const { add, flush } = open();
    const record = tagged(TOPIC, { ...batchOf('n1', 1), key: 'n2' }, 'n2.2');
    expect(add(record)?.headers?.[HEADER.reason]).toBe('NODE_FOREIGN');
    expect(flush()?.ledger).toMatchObject([{ nodeId: 'n2', unreadable: 1, counted: 0 }]);
  });
});
