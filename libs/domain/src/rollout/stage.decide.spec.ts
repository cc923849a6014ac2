import { DEFAULT_PLAN, event, type RolloutPlan, WATCH_MS } from '#contracts';
import { given } from '#testing';
import type { MissingItem } from './preflight.js';
import { evolveRollout, type Rollout } from './rollout.js';
import { DECLARED_KEPT_MS, decideStageStep, type StageContext } from './stage.decide.js';

const release = { softwareVersion: 'v2', configRev: 'c2' };
const previous = { softwareVersion: 'v1', configRev: 'c1' };
const [canary, early] = DEFAULT_PLAN.stages;
if (canary === undefined || early === undefined) throw new Error('the default plan has two stages at least');
const PLAN: RolloutPlan = { stages: [canary, early] };

const of = { rolloutId: 'ro1', at: 1_000 };
const declare = (mode: 'advisory' | 'driving', plan = PLAN) =>
  event('RolloutDeclared', { ...of, service: 'dns', release, previous, mode, plan, nodes: [], by: 'deploy:ci' });
const asked = event('RolloutStartRequested', { ...of, by: 'user:ana' });
const halt = event('HaltRequested', { ...of, by: 'user:ana', comment: 'tickets' });
const started = event('RolloutStarted', {
  ...of,
  service: 'dns',
  release,
  previous,
  stage: 'canary',
  nodes: ['n1'],
  origin: 'declared',
});
const promoted = event('StagePromoted', { ...of, stage: 'canary', next: 'early_adopter', because: 'good', at: 9_000 });
const reached = (...nodes: string[]) =>
  event('RolloutStageReached', { ...of, stage: 'early_adopter', nodes, at: 9_000 });
const gate = (stage: string, verdict: 'promote' | 'roll_back' | 'need_more_data') => ({
  stage,
  verdict,
  because: 'good',
});

const step =
  (context: Partial<StageContext> = {}) =>
  (rollout: Rollout | undefined) =>
    rollout === undefined
      ? []
      : decideStageStep(rollout, {
          at: 9_000,
          gate: undefined,
          missing: [],
          nodesMaxOf: () => 2,
          pickNodes: () => [],
          ...context,
        });

describe('the start of a declared rollout', () => {
  const missing: readonly MissingItem[] = [{ item: 'risk', detail: 'nobody' }];
  const blocked = event('PreflightBlocked', { ...of, missing: [...missing], at: 9_000 });

  it('waits until somebody asks for it', () => {
    given(evolveRollout, declare('driving'))
      .when(step({ pickNodes: () => ['n1'] }))
      .thenNothing();
  });
  it('R49: is blocked while the pre-flight is not complete, and says so when that changes', () => {
    given(evolveRollout, declare('driving'), asked).when(step({ missing })).thenEvents(blocked);
    given(evolveRollout, declare('driving'), asked, blocked).when(step({ missing })).thenNothing();
    const more = [...missing, { item: 'target', detail: 'none' } as const];
    given(evolveRollout, declare('driving'), asked, blocked)
      .when(step({ missing: more }))
      .thenTypes('PreflightBlocked');
  });
  it('driving: takes the first stage with the nodes that are picked for it', () => {
    given(evolveRollout, declare('driving'), asked)
      .when(step({ pickNodes: () => ['n1'] }))
      .thenEvents({ ...started, data: { ...started.data, at: 9_000 } });
    given(evolveRollout, declare('driving'), asked).when(step()).thenNothing();
  });
  it('advisory: is the deploy tool’s', () => {
    given(evolveRollout, declare('advisory'), asked)
      .when(step({ pickNodes: () => ['n1'] }))
      .thenNothing();
    given(evolveRollout, declare('advisory'), asked).when(step({ missing })).thenTypes('PreflightBlocked');
  });
  it('is given up after a week', () => {
    const at = 1_000 + DECLARED_KEPT_MS;
    given(evolveRollout, declare('advisory'))
      .when(step({ at: at - 1 }))
      .thenNothing();
    given(evolveRollout, declare('advisory'))
      .when(step({ at }))
      .thenEvents(event('RolloutEnded', { rolloutId: 'ro1', because: 'nobody began it within 7 days', at }));
  });
  it('R41: and what runs, are halted when somebody asks for it, once', () => {
    const halted = event('RolloutHalted', { rolloutId: 'ro1', because: 'user:ana: tickets', at: 9_000 });
    given(evolveRollout, declare('driving'), asked, halt).when(step()).thenEvents(halted);
    given(evolveRollout, declare('advisory'), started, halt).when(step()).thenEvents(halted);
    given(evolveRollout, declare('advisory'), started, halt, halted).when(step()).thenNothing();
  });
});

describe('a stage', () => {
  const approve = event('StageApproved', { ...of, stage: 'canary', by: 'user:ana', note: '' });
  const careful: RolloutPlan = { stages: [{ ...canary, needsApproval: true }, early] };

  it('R36: is promoted by its own gate’s word alone', () => {
    const running = [declare('advisory'), started] as const;
    given(evolveRollout, ...running)
      .when(step({ gate: gate('canary', 'promote') }))
      .thenEvents(promoted);
    for (const none of [undefined, gate('canary', 'need_more_data'), gate('other', 'promote')])
      given(evolveRollout, ...running)
        .when(step({ gate: none }))
        .thenNothing();
  });
  it('B7: waits for a person where the plan says so, and goes no further if the gate changes its mind meanwhile', () => {
    const waiting = [declare('advisory', careful), started] as const;
    given(evolveRollout, ...waiting)
      .when(step({ gate: gate('canary', 'promote') }))
      .thenNothing();
    given(evolveRollout, ...waiting, approve)
      .when(step({ gate: gate('canary', 'promote') }))
      .thenEvents(promoted);
    given(evolveRollout, ...waiting, approve)
      .when(step({ gate: gate('canary', 'roll_back') }))
      .thenNothing();
  });
  it('that may begin is begun by its first nodes; by none where none is to be brought', () => {
    const between = [declare('advisory'), started, promoted] as const;
    given(evolveRollout, ...between)
      .when(step())
      .thenNothing();
    given(evolveRollout, ...between)
      .when(step({ nodesMaxOf: () => 1 }))
      .thenEvents(reached());
    given(evolveRollout, declare('driving'), started, promoted)
      .when(step({ pickNodes: () => ['n2'] }))
      .thenEvents(reached('n2'));
  });
  it('B7: that may begin does not while the gate wants the release gone', () => {
    given(evolveRollout, declare('driving'), started, promoted)
      .when(step({ pickNodes: () => ['n2'], gate: gate('canary', 'roll_back') }))
      .thenNothing();
  });
  it('driving: is promoted when every node is through, a full duration after the last', () => {
    const command = { ...of, stage: 'canary', commandId: 'c', generation: 1, nodes: ['n1'] };
    const commanded = event('StageCommanded', command);
    const done = event('NodeUpdated', {
      ...of,
      stage: 'canary',
      nodeId: 'n1',
      status: 'done',
      probes: 5,
      passed: 5,
      detail: '',
      at: 5_000,
    });
    const word = { gate: gate('canary', 'promote'), at: 5_000 + canary.durationMs };
    given(evolveRollout, declare('driving'), started, commanded).when(step(word)).thenNothing();
    given(evolveRollout, declare('driving'), started, commanded, done)
      .when(step({ ...word, at: word.at - 1 }))
      .thenNothing();
    given(evolveRollout, declare('driving'), started, commanded, done).when(step(word)).thenTypes('StagePromoted');
  });
  it('RAIL-3: the last one completes the rollout, which is watched for a day and then ended', () => {
    const last = [declare('advisory'), started, promoted, reached('n2')] as const;
    given(evolveRollout, ...last)
      .when(step({ gate: gate('early_adopter', 'promote') }))
      .thenTypes('StagePromoted', 'RolloutCompleted');
    const completed = event('RolloutCompleted', { ...of, because: 'all', at: 9_000 });
    given(evolveRollout, ...last, completed)
      .when(step({ at: 9_000 + WATCH_MS - 1 }))
      .thenNothing();
    given(evolveRollout, ...last, completed)
      .when(step({ at: 9_000 + WATCH_MS }))
      .thenTypes('RolloutEnded');
    // What must be rolled back is not let go of.
    given(evolveRollout, ...last, completed)
      .when(step({ at: 9_000 + WATCH_MS, gate: gate('early_adopter', 'roll_back') }))
      .thenNothing();
  });
});
