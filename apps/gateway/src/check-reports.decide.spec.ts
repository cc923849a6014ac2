import { FUTURE_US_MAX, type NodeReport, type Principal } from '#contracts';
import { refuseReports, refuseSignal } from './check-reports.decide.js';
import { deployOf, heartbeatOf } from './gateway.fixture.js';

const NOW_MS = 1_000_000;
const isKnownNode = (nodeId: string): boolean => nodeId.startsWith('n');
const check = (role: Principal['role'], nodeId?: string) => ({
  principal: { keyId: 'k', name: 'k', role, nodeId },
  isKnownNode,
  nowMs: NOW_MS,
});
const heartbeat = (nodeId: string, atUs = NOW_MS * 1_000): NodeReport => heartbeatOf(nodeId, atUs);

describe('refuseReports', () => {
  it('takes reports of a collector about every node it knows', () => {
    expect(refuseReports([heartbeat('n1'), heartbeat('n2')], check('ingest'))).toBeUndefined();
  });

  it('names the first that is not taken', () => {
    const refusal = refuseReports([heartbeat('n1'), heartbeat('x'), heartbeat('y')], check('ingest'));
    expect(refusal).toMatchObject({ refused: 'NODE_UNKNOWN', at: '/1/nodeId' });
  });

  it('lets a deploy system answer, and say nothing else of a node', () => {
    expect(refuseReports([heartbeat('n1')], check('deploy'))).toMatchObject({ refused: 'PERMISSION_DENIED', at: '/0' });
  });

  it('takes a clock that is ahead by what is allowed, and not by more', () => {
    const limitUs = NOW_MS * 1_000 + FUTURE_US_MAX;
    expect(refuseReports([heartbeat('n1', limitUs)], check('node', 'n1'))).toBeUndefined();
    expect(refuseReports([heartbeat('n1', limitUs + 1)], check('node', 'n1'))).toMatchObject({
      refused: 'TIME_IN_FUTURE',
      at: '/0/atUs',
    });
  });
});

describe('refuseSignal', () => {
  it('names the first node of a deploy that nobody registered', () => {
    expect(refuseSignal(deployOf(['n1', 'n2']), isKnownNode)).toBeUndefined();
    expect(refuseSignal(deployOf(['n1', 'x', 'y']), isKnownNode)).toMatchObject({
      refused: 'NODE_UNKNOWN',
      at: '/nodes/1',
    });
  });

  it('asks nothing of tickets', () => {
    expect(refuseSignal({ type: 'tickets', count: 3, atUs: 1 }, () => false)).toBeUndefined();
  });
});
