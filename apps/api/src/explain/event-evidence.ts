import { type Event, type EventData, type Reason, TICK_MS } from '#contracts';

/**
 * The tests of a gate as evidence: the likelihood ratio of each beside the boundary that it is nearest to, in nats; a test that has none is
 * told by its text alone. `windowMs` is 0: it is over all since the stage began, and no window. A gate counts what every node told.
 */
const ofGate = ({ tests, cohort, at }: EventData<'GateMeasured' | 'GateDecided'>): readonly Reason[] =>
  tests.map(({ test, nats, stopNats, promoteNats, verdict, detail }) => ({
    rule: 'rollout_gate',
    signal: `gate_${test}`,
    text: detail,
    value: nats,
    threshold: (verdict === 'promote' ? promoteNats : stopNats) ?? 0,
    windowMs: 0,
    ...cohort,
    tick: Math.floor(at / TICK_MS),
    coverage: 1,
  }));

/** The numbers that an event rests on, as it names them: what it compared, and what held beside that; empty: it names none. */
export const evidenceOf = ({ type, data }: Event): readonly Reason[] => {
  if (type === 'GateMeasured' || type === 'GateDecided') return ofGate(data);
  const compared = 'reason' in data && typeof data.reason === 'object' ? [data.reason] : [];
  const trigger = 'trigger' in data && typeof data.trigger === 'object' ? [data.trigger] : [];
  const beside = 'evidence' in data ? data.evidence : [];
  return [...compared, ...trigger, ...beside];
};
