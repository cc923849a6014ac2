import {
  CONTENT_TYPE,
  encodeProtobuf,
  holding,
  type NodeReport,
  type Principal,
  type PrincipalRole,
  type Signal,
} from '#contracts';
import { FakeClock } from '#testing';
import { readBatch, refuseBatch } from './check-batch.decide.js';
import { refuseReports, refuseSignal, reportsSchema } from './check-reports.decide.js';
import { batchOf } from './gateway.fixture.js';

const clock = new FakeClock();
const nowMs = clock.nowMs();
const isKnownNode = (nodeId: string): boolean => ['n1', 'n2'].includes(nodeId);
const principalOf = (role: PrincipalRole, nodeId?: string): Principal => ({
  keyId: 'k',
  subject: 'key:k',
  name: 'k',
  ...holding(role),
  nodeId,
});
const checkOf = (principal: Principal) => ({ principal, isKnownNode, nowMs });
const node = checkOf(principalOf('node', 'n1'));
const ingest = checkOf(principalOf('ingest'));
const deploy = checkOf(principalOf('deploy'));
const crash = (nodeId: string, atUs = nowMs * 1_000): NodeReport => {
  return { type: 'crash', nodeId, agentBootId: '7', atUs, serverBootId: '1', detail: '' };
};

describe('reading a batch', () => {
  it('goes by the content type, whatever its case and parameters', () => {
    const bytes = encodeProtobuf(batchOf(clock));
    expect(readBatch(`${CONTENT_TYPE.protobuf.toUpperCase()}; v=1`, bytes)).toMatchObject({ nodeId: 'n1', n: 3 });
    expect(readBatch('application/json', bytes)).toMatchObject({ refused: 'CONTENT_TYPE_UNKNOWN' });
    expect(readBatch('', bytes)).toMatchObject({
      refused: 'CONTENT_TYPE_UNKNOWN',
      detail: 'no content type: no decoder',
    });
  });
});

describe('checking a batch', () => {
  it('asks first whose key it is, then whether the node is known', () => {
    expect(refuseBatch(batchOf(clock), node)).toBeUndefined();
    expect(refuseBatch(batchOf(clock, { nodeId: 'n9' }), node)).toMatchObject({ refused: 'NODE_FOREIGN' });
    expect(refuseBatch(batchOf(clock, { nodeId: 'n9' }), ingest)).toMatchObject({ refused: 'NODE_UNKNOWN' });
    expect(refuseBatch(batchOf(clock, { nodeId: 'n2' }), ingest)).toBeUndefined();
    expect(refuseBatch(batchOf(clock), checkOf(principalOf('node')))).toMatchObject({ refused: 'NODE_FOREIGN' });
  });

  it('takes five seconds of a fast clock, and not a microsecond more', () => {
    const aheadUs = (us: number) => batchOf(clock, { t0Us: nowMs * 1_000 + us, dtUs: Uint32Array.of(0, 5, 0) });
    expect(refuseBatch(aheadUs(5_000_000 - 5), node)).toBeUndefined();
    expect(refuseBatch(aheadUs(5_000_000 - 4), node)).toMatchObject({ refused: 'TIME_IN_FUTURE' });
  });
});

describe('checking reports', () => {
  it('holds a node to itself and a deploy system to answers', () => {
    expect(refuseReports([crash('n1')], node)).toBeUndefined();
    expect(refuseReports([crash('n1'), crash('n2')], ingest)).toBeUndefined();
    expect(refuseReports([crash('n1'), crash('n2')], node)).toMatchObject({ refused: 'NODE_FOREIGN', at: '/1/nodeId' });
    expect(refuseReports([crash('n1')], deploy)).toMatchObject({ refused: 'PERMISSION_DENIED', at: '/0' });
  });

  it('R60: a provider is no node: who speaks for all answers for it, no node does, and it reports nothing else', () => {
    const told = { nodeId: 'cloudflare_dns', agentBootId: '1', atUs: nowMs * 1_000, commandId: 'c1', generation: 1 };
    const ofProvider = { type: 'answer', ...told, status: 'done', detail: '' } as const;
    expect(refuseReports([ofProvider], deploy)).toBeUndefined();
    expect(refuseReports([ofProvider], node)).toMatchObject({ refused: 'NODE_FOREIGN' });
    expect(refuseReports([crash('cloudflare_dns')], ingest)).toMatchObject({ refused: 'NODE_UNKNOWN' });
    expect(refuseReports([{ ...ofProvider, nodeId: 'route53' }], deploy)).toMatchObject({ refused: 'NODE_UNKNOWN' });
  });

  it('takes five seconds ahead, as of outcomes', () => {
    expect(refuseReports([crash('n1', nowMs * 1_000 + 5_000_000)], node)).toBeUndefined();
    expect(refuseReports([crash('n1', nowMs * 1_000 + 5_000_001)], node)).toMatchObject({ refused: 'TIME_IN_FUTURE' });
  });

  it('come a thousand at once, and not one more', () => {
    const many = (n: number) => Array.from({ length: n }, () => crash('n1'));
    expect(reportsSchema.safeParse(many(1_000)).success).toBe(true);
    expect(reportsSchema.safeParse(many(1_001)).success).toBe(false);
  });
});

describe('checking a signal', () => {
  const release = { softwareVersion: 'v2', configRev: 'c2' };
  const about = (nodes: string[]): Signal => {
    return {
      type: 'deploy',
      rolloutId: 'r1',
      service: 'dns',
      release,
      previous: release,
      stage: 'canary',
      nodes,
      atUs: 1,
    };
  };

  it('names the first node of a deploy that is not known, and asks nothing of tickets', () => {
    expect(refuseSignal(about(['n1', 'n2']), isKnownNode, () => false)).toBeUndefined();
    expect(refuseSignal(about(['n1', 'n8', 'n9']), isKnownNode, () => false)).toMatchObject({
      refused: 'NODE_UNKNOWN',
      at: '/nodes/1',
    });
    expect(
      refuseSignal(
        { type: 'tickets', count: 3, atUs: 1 },
        () => false,
        () => false,
      ),
    ).toBeUndefined();
  });

  it('R34: an escalation is of a customer of the catalogue', () => {
    const escalation = {
      type: 'customer_escalation',
      escalationId: 'case-1',
      customerId: 'delta',
      severity: 'critical',
      state: 'opened',
      atUs: 1,
    } as const;
    const isKnown = (customerId: string): boolean => customerId === 'delta';
    expect(refuseSignal(escalation, () => false, isKnown)).toBeUndefined();
    expect(refuseSignal({ ...escalation, customerId: 'dleta' }, () => false, isKnown)).toMatchObject({
      refused: 'CUSTOMER_UNKNOWN',
      at: '/customerId',
    });
  });
});
