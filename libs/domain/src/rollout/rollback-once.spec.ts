import { COMMAND_TTL_MS, type CommandAnswer, type Event, event, type Reason, streamOf, WAVE_STEPS } from '#contracts';
import fc from 'fast-check';
import { NOTHING_DECIDED, type DeciderState, evolveDecided } from '../rule/decider-state.js';
import { type Decision, Draft } from '../rule/draft.js';
import { evolveRollback, isRollbackEvent, type Rollback } from './rollback.js';
import { decideRollback } from './rollback.decide.js';
import { decideWaveStep } from './wave.decide.js';

const NODES = ['n1', 'n2', 'n3'];
const decided = event('RollbackDecided', {
  rollbackId: 'rb1',
  incidentId: 'i1',
  rolloutId: 'ro1',
  service: 'dns',
  from: { softwareVersion: 'v2', configRev: 'c2' },
  to: { softwareVersion: 'v1', configRev: 'c1' },
  waves: NODES.map((node) => [node]),
  trigger: { text: 'x' } as Reason,
  evidence: [],
  rails: [],
  gap: { release: 20, control: 100 },
  at: 0,
});

/** One look at a rollback: what its nodes answered meanwhile, and what is known of them. */
const looks = fc.array(
  fc.record({
    afterMs: fc.constantFrom(0, 250, 30_000, COMMAND_TTL_MS / 2, COMMAND_TTL_MS),
    status: fc.constantFrom<CommandAnswer['status']>(
      'accepted',
      'running',
      'done',
      'done',
      'done',
      'failed',
      'refused',
    ),
    step: fc.option(fc.constantFrom(...WAVE_STEPS), { nil: undefined }),
    passed: fc.constantFrom(1, 5),
    success: fc.constantFrom(undefined, 10, 99.9, 99.9),
    probed: fc.constantFrom('recovered', 'not_recovered', 'unknown'),
    isCurrent: fc.boolean(),
  }),
  { maxLength: 40 },
);

describe('a rollback, whatever comes', () => {
  it('R32: commands each wave once, after the one before was verified, and nothing after it stopped or was completed', () => {
    fc.assert(
      fc.property(looks, (all) => {
        let rollback: Rollback | undefined = evolveRollback(undefined, decided);
        const log: Event[] = [decided];
        let at = 0;
        for (const { afterMs, status, step, passed, success, probed, isCurrent } of all) {
          at += afterMs;
          const commandId = isCurrent ? `c-${rollback?.wave ?? 0}` : 'c-1';
          const said = { type: 'answer', agentBootId: '1', atUs: 0, generation: 1, commandId, detail: '' } as const;
          const answers = NODES.map((nodeId): CommandAnswer => {
            return { ...said, nodeId, status, step, ...(step === 'start' && { probes: 5, passed }) };
          });
          for (let count = 0; count < 5 && rollback !== undefined; count += 1) {
            const { events } = decideWaveStep(rollback, {
              at,
              verifyMs: 10_000,
              generation: 1,
              answers,
              healthOf: () => ({ success, detail: '' }),
              offBecause: undefined,
              strangerOf: () => undefined,
              recoveryOf: () => ({ verdict: probed, reason: '' }),
              isIncidentOpen: () => true,
              commandIdOf: (_, wave) => `c-${wave}`,
              sha256: () => '0'.repeat(64),
            });
            log.push(...events);
            for (const each of events) if (isRollbackEvent(each)) rollback = evolveRollback(rollback, each);
          }
        }
        // Independent of the state: the log alone.
        const types = log.map(({ type }) => type);
        const end = types.findIndex((type) => type === 'RollbackStopped' || type === 'RollbackCompleted');
        expect(types.slice(end + 1).filter((type) => end >= 0 && type === 'CommandIssued')).toEqual([]);
        expect(types.filter((type) => type === 'RollbackStopped' || type === 'RollbackCompleted').length).toBeLessThan(
          2,
        );
        expect(types.filter((type) => type === 'StakeholdersNotified').length).toBeLessThan(2);
        const waves = log.flatMap((each) => (each.type === 'CommandIssued' ? [each.data.command.wave] : []));
        expect(waves).toEqual(waves.map((_, index) => index + 1));
        const isEarly = log.some((each, index) => {
          if (each.type !== 'CommandIssued' || each.data.command.wave === 1) return false;
          return log.slice(0, index).filter(({ type }) => type === 'WaveVerified').length < each.data.command.wave - 1;
        });
        expect(isEarly).toBe(false);
        const verified = types.filter((type) => type === 'WaveVerified').length;
        expect(!types.includes('RollbackCompleted') || verified === NODES.length).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('one rollback, whoever decides', () => {
  /** An append as the store does it: all of a decision at the version it expects, or nothing. */
  const append = (state: DeciderState, decisions: readonly Decision[], versions: Map<string, number>): DeciderState => {
    if (decisions.some(({ stream, expectedVersion }) => (versions.get(stream) ?? 0) !== expectedVersion)) return state;
    let next = state;
    for (const { stream, expectedVersion, events } of decisions)
      events.forEach((each, index) => {
        versions.set(stream, expectedVersion + index + 1);
        next = evolveDecided(next, { stream, version: expectedVersion + index + 1, event: each });
      });
    return next;
  };
  const again = (state: DeciderState): readonly Decision[] => {
    const draft = new Draft(state);
    if (!draft.state.rollbacks.has('rb1')) draft.add([decided]);
    return draft.finish();
  };

  it('R32: 100 deciders that know nothing of each other: one is recorded, by the version of its stream', () => {
    const versions = new Map<string, number>();
    let stored = NOTHING_DECIDED;
    const recorded = Array.from({ length: 100 }, () => {
      const before = versions.get(streamOf.rollback('rb1')) ?? 0;
      stored = append(stored, again(NOTHING_DECIDED), versions);
      return (versions.get(streamOf.rollback('rb1')) ?? 0) > before;
    });
    expect(recorded.filter(Boolean)).toHaveLength(1);
    expect(stored.rollbacks.get('rb1')?.state).toBe('decided');
  });

  it('R32: replayed events change nothing, and a decided rollback is not decided again', () => {
    const versions = new Map<string, number>();
    const stored = append(NOTHING_DECIDED, again(NOTHING_DECIDED), versions);
    const replayed = evolveDecided(stored, { stream: streamOf.rollback('rb1'), version: 1, event: decided });
    expect(replayed).toBe(stored);
    expect(again(stored)).toEqual([]);
    const rollback = stored.rollbacks.get('rb1');
    for (let count = 0; count < 100; count += 1) expect(decideRollback(rollback, {} as never)).toEqual([]);
  });

  it('RAIL-15: what was proposed is remembered until a person answers, however much begins meanwhile', () => {
    const day = 86_400_000;
    const of = { rollbackId: 'rb1', incidentId: 'i1', rolloutId: 'ro1' };
    const told = [
      [streamOf.rollback('rb1'), event('RollbackProposed', { ...of, mode: 'approve', nodes: 3, because: 'x', at: 0 })],
      // Whenever something begins, what ended more than a day ago is forgotten.
      [streamOf.rollback('rb2'), event('RollbackDecided', { ...decided.data, rollbackId: 'rb2', at: 3 * day })],
      [
        streamOf.rollback('rb1'),
        event('RollbackApproved', { rollbackId: 'rb1', by: 'ana', comment: 'y', at: 3 * day }),
      ],
    ] as const;
    const versions = new Map<string, number>();
    const state = told.reduce((before, [stream, each]) => {
      const expectedVersion = versions.get(stream) ?? 0;
      return append(before, [{ stream, expectedVersion, events: [each] }], versions);
    }, NOTHING_DECIDED);
    expect(state.rollbacks.get('rb1')).toMatchObject({ state: 'requested', request: { by: 'ana' } });
  });
});
