import { GATEWAY_KEY_ID, HEADER, type NodeReport, type Signal } from '#contracts';
import { readRecord, type TelemetryTopic } from '#domain';
import type { NewRecord } from '#event-log';
import { jsonRecord, makeBatch, recordOf } from './fleet-history.fixture.js';
import { policyOf, tagged } from './tagged.fixture.js';

const AT_MS = 1_000;
const KEYS = { 'n1.1': AT_MS, 'n1.2': undefined, 'n2.1': undefined };
const batch = recordOf(makeBatch({ nodeId: 'n1', seq: 1, t0Us: AT_MS * 1_000 }));
const crash: NodeReport = { type: 'crash', nodeId: 'n1', agentBootId: '1', atUs: 1, serverBootId: '1', detail: '' };
const report = jsonRecord('n1', crash);
const tickets: Signal = { type: 'tickets', count: 3, atUs: 1 };
const signal = jsonRecord('tickets', tickets);

const tell = (
  topic: TelemetryTopic,
  { key, value, headers = {} }: NewRecord,
  isRequired = true,
  appendedAtMs = AT_MS,
) => {
  const told = readRecord(topic, { offset: 0, key, value, headers, appendedAtMs }, policyOf(KEYS, isRequired));
  return 'refusal' in told ? `${told.kind} ${told.refusal.refused}` : told.kind;
};

describe('reading a record', () => {
  it.each([
    ['telemetry.outcomes', batch, 'batch'],
    ['telemetry.nodes', report, 'report'],
    ['telemetry.signals', signal, 'signal'],
  ] as const)('P8: %s needs a tag where others can write', (topic, record, kind) => {
    expect(tell(topic, record)).toBe('unauthenticated TAG_MISSING');
    expect(tell(topic, record, false)).toBe(kind);
    expect(tell(topic, tagged(topic, record, GATEWAY_KEY_ID))).toBe(kind);
    const wrong = { ...record, headers: { ...record.headers, [HEADER.keyId]: GATEWAY_KEY_ID, [HEADER.tag]: 'x' } };
    expect(tell(topic, wrong)).toBe('unauthenticated TAG_INVALID');
    // A tag that is there is verified, also where none is demanded.
    expect(tell(topic, wrong, false)).toBe('unauthenticated TAG_INVALID');
  });

  it('P8: a node speaks for itself, and announces no release', () => {
    expect(tell('telemetry.outcomes', tagged('telemetry.outcomes', batch, 'n1.2'))).toBe('batch');
    expect(tell('telemetry.nodes', tagged('telemetry.nodes', report, 'n1.2'))).toBe('report');
    expect(tell('telemetry.nodes', tagged('telemetry.nodes', report, 'n2.1'))).toBe('unauthenticated NODE_FOREIGN');
    expect(tell('telemetry.signals', tagged('telemetry.signals', signal, 'n1.2'))).toBe('unauthenticated NODE_FOREIGN');
    const asItself = tagged('telemetry.signals', { ...signal, key: 'n1' }, 'n1.2');
    expect(tell('telemetry.signals', asItself)).toBe('unauthenticated NODE_FOREIGN');
  });

  it('a revoked key counts for what was appended before, however late it is read', () => {
    const record = tagged('telemetry.outcomes', batch, 'n1.1');
    expect(tell('telemetry.outcomes', record, true, AT_MS - 1)).toBe('batch');
    expect(tell('telemetry.outcomes', record, true, AT_MS)).toBe('unauthenticated NODE_KEY_REVOKED');
  });

  it('what is authentic and unreadable is its writer’s, what is not authentic is not even parsed', () => {
    const rubbish = { ...batch, value: Uint8Array.of(0xff) };
    expect(tell('telemetry.outcomes', tagged('telemetry.outcomes', rubbish, 'n1.2'))).toBe(
      'unreadable BODY_UNPARSABLE',
    );
    expect(tell('telemetry.outcomes', tagged('telemetry.outcomes', rubbish, 'n2.1'))).toBe(
      'unauthenticated NODE_FOREIGN',
    );
  });
});
