import { DEFAULT_PLAN, event, type Event, type RolloutPlan } from '#contracts';
import { type AnsweringGate, gateAnswer } from './gate-answer.js';
import type { MissingItem } from './preflight.js';
import { evolveRollout, isRolloutEvent, type Rollout } from './rollout.js';

const release = { softwareVersion: 'v2', configRev: 'c2' };
const previous = { softwareVersion: 'v1', configRev: 'c1' };
const [canary, early] = DEFAULT_PLAN.stages;
if (canary === undefined || early === undefined) throw new Error('the default plan has two stages at least');
const PLAN: RolloutPlan = { stages: [{ ...canary, needsApproval: true }, early] };

const of = { rolloutId: 'ro1', at: 1_000 };
const begun = { ...of, service: 'dns', release, previous, nodes: ['n1'], stage: 'canary' };
const declared = event('RolloutDeclared', {
  ...of,
  service: 'dns',
  release,
  previous,
  mode: 'advisory',
  plan: PLAN,
  nodes: [],
  by: 'deploy:ci',
});
const started = event('RolloutStarted', { ...begun, origin: 'declared' });
const approved = event('StageApproved', { ...of, stage: 'canary', by: 'user:ana', note: '' });
const promoted = event('StagePromoted', { ...of, stage: 'canary', next: 'early_adopter', because: 'good' });
const reached = event('RolloutStageReached', { ...of, stage: 'early_adopter', nodes: ['n2'] });
const completed = event('RolloutCompleted', { ...of, because: 'all' });
const halted = event('RolloutHalted', { ...of, because: 'x' });

const gate = (stage: string, verdict: AnsweringGate['verdict'], because = 'its tests'): AnsweringGate => ({
  stage,
  verdict,
  because,
});
const answer = (
  events: readonly Event[],
  asked: { stage?: string; gate?: AnsweringGate; missing?: readonly MissingItem[] } = {},
) => {
  let rollout: Rollout | undefined;
  for (const each of events) if (isRolloutEvent(each)) rollout = evolveRollout(rollout, each);
  if (rollout === undefined) throw new Error('no rollout');
  return gateAnswer(rollout, asked.gate, asked.missing ?? [], asked.stage);
};

describe('the answer of a gate', () => {
  it('R49: lets the first stage begin when the pre-flight is complete, and names what is missing', () => {
    const missing = [{ item: 'risk', detail: 'nobody' }] as const;
    expect(answer([declared], { missing })).toMatchObject({
      mayProceed: false,
      waitsFor: 'preflight',
      verdict: 'need_more_data',
      because: 'risk: nobody',
      missing,
    });
    expect(answer([declared])).toMatchObject({ mayProceed: true, stage: 'canary', sharePercent: 1 });
    expect(answer([declared], { stage: 'early_adopter' })).toMatchObject({ mayProceed: false, isFinal: false });
  });
  it('R36: lets the next stage begin when the one in hand is promoted, and not before', () => {
    const more = gate('canary', 'need_more_data');
    expect(answer([declared, started], { gate: more })).toMatchObject({
      mayProceed: false,
      waitsFor: 'evidence',
      because: 'its tests',
    });
    // More nodes of the stage in hand may come.
    expect(answer([declared, started], { gate: more, stage: 'canary' }).mayProceed).toBe(true);
    const early = { mayProceed: true, stage: 'early_adopter', sharePercent: 5 };
    expect(answer([declared, started, promoted])).toMatchObject(early);
    expect(answer([declared, started, promoted], { stage: 'early_adopter' })).toMatchObject(early);
    // Also where it began by itself, and for a tool that asks late.
    expect(answer([declared, started, promoted, reached], { stage: 'early_adopter' })).toMatchObject(early);
    expect(answer([declared, started, promoted, reached], { stage: 'canary' }).mayProceed).toBe(true);
  });
  it('B7: waits for a person where the plan says so', () => {
    const good = gate('canary', 'promote');
    expect(answer([declared, started], { gate: good })).toMatchObject({ mayProceed: false, waitsFor: 'approval' });
    expect(answer([declared, started, approved], { gate: good }).waitsFor).toBe('evidence');
  });
  it.each([
    ['its gate wants it gone', [declared, started], gate('canary', 'roll_back')],
    ['it was promoted meanwhile', [declared, started, promoted], gate('canary', 'roll_back')],
    ['it was halted', [declared, started, halted], gate('canary', 'promote')],
  ])('R36: is no, for good, when %s', (_, events, said) => {
    for (const stage of ['canary', 'early_adopter'])
      expect(answer(events, { gate: said, stage })).toMatchObject({ mayProceed: false, isFinal: true });
  });
  it('behind the last stage says whether the rollout is complete', () => {
    const last = [declared, started, promoted, reached];
    expect(answer(last, { gate: gate('early_adopter', 'need_more_data') })).toMatchObject({
      mayProceed: false,
      waitsFor: 'evidence',
    });
    expect(answer([...last, completed])).toMatchObject({ mayProceed: true, state: 'completed' });
  });
  it('is no where there is no plan, and no such stage', () => {
    expect(answer([event('RolloutStarted', begun)])).toMatchObject({ mayProceed: false, isFinal: false, stage: null });
    expect(answer([declared], { stage: 'x' }).because).toBe('its plan has no stage x');
  });
});
