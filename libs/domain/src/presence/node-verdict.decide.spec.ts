import type { NodeEvidence } from './node-evidence.js';
import { decideNode, describeEvidence, type NodeState } from './node-verdict.decide.js';

const HEALTHY: NodeEvidence = {
  nodeId: 'n1',
  heartbeat: 'present',
  rate: 'normal',
  probe: 'good',
  isProbedDead: false,
  silentMs: 250,
  darkMs: 250,
  silentMaxMs: 10_000,
  isCrashed: false,
  isAgentNew: false,
  isAgentWaiting: false,
  isSilentAgain: false,
  isBehind: false,
  isLate: false,
  completeness: 1,
  taps: 1,
  observed: 1_000,
  expected: 1_000,
};
const COLLAPSED = { rate: 'collapsed', silentMs: 2_000, isAgentWaiting: true } as const;
const PRESENT = { heartbeat: 'present' } as const;
const MISSING = { heartbeat: 'missing', darkMs: 3_250, silentMs: 3_250 } as const;
const DEAD = { probe: 'bad', isProbedDead: true } as const;

type Row = readonly [given: string, evidence: Partial<NodeEvidence>, then: NodeState];

/** The rows of the matrix, each beside what is nearest to it and decided otherwise. */
const ROWS: readonly Row[] = [
  ['all is well', {}, 'healthy'],
  ['no probe is configured', { probe: 'none' }, 'healthy'],
  ['no heartbeat was ever sent', { heartbeat: 'never', probe: 'none' }, 'healthy'],
  ['present, complete below 99 %, rate normal, probe good', { completeness: 0.98 }, 'telemetry_fault'],
  ['present, complete below 99 %, rate normal, no probe', { completeness: 0.98, probe: 'none' }, 'telemetry_fault'],
  ['present, complete 99 %', { completeness: 0.99 }, 'healthy'],
  ['present, collapsed, probe bad', { ...PRESENT, ...COLLAPSED, ...DEAD }, 'outage'],
  ['present, silent for 0.75 s, probe bad', { ...PRESENT, rate: 'collapsed', silentMs: 750, ...DEAD }, 'outage'],
  ['present, complete below 99 %, collapsed, probe bad', { completeness: 0.5, ...COLLAPSED, ...DEAD }, 'outage'],
  ['present, rate unknown, probe bad', { rate: 'unknown', ...DEAD }, 'outage'],
  ['never, rate unknown, probe bad', { heartbeat: 'never', rate: 'unknown', ...DEAD }, 'outage'],
  ['present, rate normal, probe bad for 2 s', { ...DEAD }, 'lost_traffic'],
  ['present, rate normal, probe bad just now', { ...DEAD, isProbedDead: false }, 'healthy'],
  ['present, collapsed, probe good', { ...PRESENT, ...COLLAPSED }, 'lost_traffic'],
  ['present, collapsed, probe good, crashed', { ...COLLAPSED, isCrashed: true }, 'lost_traffic'],
  ['present, silent for 2 s, no probe', { ...COLLAPSED, probe: 'none' }, 'lost_traffic'],
  ['present, silent for 2 s, probe unclear', { ...COLLAPSED, probe: 'unclear' }, 'lost_traffic'],
  ['present, silent for 1.75 s, no probe', { ...COLLAPSED, silentMs: 1_750, probe: 'none' }, 'healthy'],
  ['present, silent for 2 s, the agent may be too', { ...COLLAPSED, isAgentWaiting: false, probe: 'none' }, 'healthy'],
  [
    'present, silent for 6 s, the agent is new',
    { ...COLLAPSED, silentMs: 6_000, isAgentNew: true, probe: 'none' },
    'healthy',
  ],
  [
    'present, silent for 6 s, the agent is behind',
    { ...COLLAPSED, silentMs: 6_000, isBehind: true, probe: 'none' },
    'healthy',
  ],
  ['present, silent for 9.75 s, no probe', { ...COLLAPSED, silentMs: 9_750, probe: 'none' }, 'lost_traffic'],
  ['present, silent for 10 s, no probe', { ...COLLAPSED, silentMs: 10_000, probe: 'none' }, 'unknown'],
  ['present, late for 10 s, no probe', { ...COLLAPSED, silentMs: 10_000, isLate: true, probe: 'none' }, 'lost_traffic'],
  ['present, late for 10 s, probe bad', { ...COLLAPSED, ...DEAD, silentMs: 10_000, isLate: true }, 'outage'],
  [
    'missing, late for 10 s, no probe',
    { ...MISSING, rate: 'collapsed', darkMs: 10_000, silentMs: 10_000, isLate: true, probe: 'none' },
    'agent_fault',
  ],
  [
    'present, silent for 10 s, the agent is new',
    { ...COLLAPSED, silentMs: 10_000, isAgentNew: true, probe: 'none' },
    'unknown',
  ],
  [
    'present, silent after a crash, no probe',
    { ...COLLAPSED, silentMs: 750, isCrashed: true, probe: 'none' },
    'outage',
  ],
  ['present, silent again, no probe', { ...COLLAPSED, silentMs: 750, isSilentAgain: true, probe: 'none' }, 'outage'],
  ['present, half of the rate, no probe', { ...COLLAPSED, silentMs: 0, probe: 'none' }, 'lost_traffic'],
  ['missing, probe good', { ...MISSING }, 'agent_fault'],
  ['missing, probe good, for long', { ...MISSING, darkMs: 60_000, silentMs: 60_000, rate: 'collapsed' }, 'agent_fault'],
  ['missing, outcomes come, no probe', { ...MISSING, probe: 'none' }, 'agent_fault'],
  ['missing, probe bad', { ...MISSING, ...DEAD }, 'outage'],
  ['crash event, probe bad', { isCrashed: true, ...DEAD }, 'outage'],
  [
    'missing, crash event, silent, no probe',
    { ...MISSING, rate: 'collapsed', isCrashed: true, probe: 'none' },
    'outage',
  ],
  ['crash event, then it answers at its rate', { probe: 'good' }, 'healthy'],
  ['missing, silent for 3.25 s, no probe', { ...MISSING, rate: 'collapsed', probe: 'none' }, 'healthy'],
  [
    'missing, dark for 10 s, seldom asked, no probe',
    { ...MISSING, rate: 'unknown', darkMs: 10_000, silentMs: 10_000, silentMaxMs: 60_000, probe: 'none' },
    'unknown',
  ],
  ['missing, dark for 10 s, no probe', { ...MISSING, rate: 'unknown', darkMs: 10_000, probe: 'none' }, 'unknown'],
  ['missing, silent for 10 s, no probe', { ...MISSING, rate: 'collapsed', silentMs: 10_000, probe: 'none' }, 'unknown'],
  [
    'never, silent for 10 s, no probe',
    { heartbeat: 'never', ...COLLAPSED, silentMs: 10_000, probe: 'none' },
    'unknown',
  ],
];

describe('the decision matrix', () => {
  it.each(ROWS)('given %s', (_, evidence, then) => {
    const verdict = decideNode({ ...HEALTHY, ...evidence });
    expect(verdict.state).toBe(then);
    expect(verdict.because).not.toBe('');
  });

  it('a silence under 10 s without a second signal is never a page', () => {
    for (const heartbeat of ['present', 'missing', 'never'] as const)
      for (const probe of ['good', 'unclear', 'none'] as const)
        for (let silentMs = 0; silentMs < 10_000; silentMs += 250) {
          const evidence = { ...HEALTHY, ...COLLAPSED, heartbeat, probe, silentMs, darkMs: silentMs };
          expect(['outage', 'unknown']).not.toContain(decideNode(evidence).state);
        }
  });

  it('says when no server is connected to the agent', () => {
    const success = { percent: 'unknown', by: 'nobody', good: 0, of: 0 } as const;
    expect(describeEvidence({ ...HEALTHY, taps: 0, observed: 0, expected: undefined }, success)).toBe(
      '0 outcomes in 10 s, no server is connected to the agent',
    );
  });

  it('says the numbers', () => {
    const success = { percent: 99.9, by: 'probes', good: 999, of: 1_000 } as const;
    expect(describeEvidence({ ...HEALTHY, silentMs: 1_250, observed: 4, expected: 5_860.4 }, success)).toBe(
      'silent for 1.25 s, 4 of 5860 expected outcomes in 10 s, success 99.9 % by probes in 2 s',
    );
  });
});
