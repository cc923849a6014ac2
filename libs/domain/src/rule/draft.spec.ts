import { event, type Reason, streamOf } from '#contracts';
import {
  type DeciderState,
  EVOLVE_AGAIN_MS,
  evolveDecided,
  type EvolvedEvent,
  NOTHING_DECIDED,
} from './decider-state.js';
import { Draft } from './draft.js';

const LATER = 2 * EVOLVE_AGAIN_MS;
const release = { softwareVersion: 'v2', configRev: 'c2' };
const previous = { softwareVersion: 'v1', configRev: 'c1' };

const started = (rolloutId: string, at: number) =>
  event('RolloutStarted', { rolloutId, service: 'dns', release, previous, stage: 'canary', nodes: ['n1'], at });
/** Refused two days ago, in an incident that nobody remembers. */
const refused = event('RollbackRefused', {
  rollbackId: 'rb1',
  incidentId: 'i1',
  rail: 'coverage',
  because: 'x',
  at: 0,
});
const decided = event('RollbackDecided', {
  rollbackId: 'rb1',
  incidentId: 'i2',
  rolloutId: 'ro1',
  service: 'dns',
  from: release,
  to: previous,
  waves: [['n1']],
  trigger: { text: 'x' } as Reason,
  evidence: [],
  rails: [],
  gap: { release: 20, control: 100 },
  at: LATER,
});

const STREAM = streamOf.rollback('rb1');
const known: EvolvedEvent = { stream: STREAM, version: 1, event: refused };
const begins: EvolvedEvent = { stream: streamOf.rollout('ro2'), version: 1, event: started('ro2', LATER) };
const after = (...all: readonly EvolvedEvent[]): DeciderState => all.reduce(evolveDecided, NOTHING_DECIDED);

describe('a draft', () => {
  it('goes on from the version of a stream that was read again, though the same tick begins what makes it forgotten', () => {
    const draft = new Draft(after(known));
    draft.add([begins.event, decided]);
    expect(draft.finish().find(({ stream }) => stream === STREAM)?.expectedVersion).toBe(1);
  });

  it('forgets nothing; what is recorded is forgotten', () => {
    const draft = new Draft(after(known));
    draft.add([begins.event]);
    expect([draft.state.rollbacks.has('rb1'), after(known, begins).rollbacks.has('rb1')]).toEqual([true, false]);
  });
});
