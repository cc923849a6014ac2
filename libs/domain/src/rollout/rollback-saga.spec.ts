import { event, streamOf } from '#contracts';
import { type EngineStory, ORIGIN_MS } from '#testing';
import {
  apply,
  break2021,
  bring,
  execute,
  type Executor,
  firstOf,
  GOOD,
  hash,
  obedient,
  outage,
  ROLLBACK_ID,
  ROLLOUT,
  smallStory,
  stepAnswers,
  textOf,
} from './rollback-story.fixture.js';
import { rollbackIdOf } from './rollback.js';

/** An outage that an executor answers, played to its end. */
const played = (executor: Executor, seconds = 200): EngineStory => {
  const story = outage();
  execute(story, executor);
  return story.play(seconds);
};
const calls = (story: EngineStory) => story.all('IncidentEscalated').map(({ to, rollback }) => [to, rollback?.step]);

describe('the saga of a rollback', () => {
  it('R30, R58: the team first, then the halt, the waves in four steps, the quarantine, the end, and who has a stake last', () => {
    const story = played(obedient, 330);
    expect(
      firstOf(story.told, [
        'IncidentOpened',
        'RolloutHalted',
        'RollbackDecided',
        'WaveCommanded',
        'CommandIssued',
        'WaveStepAnswered',
        'WaveAnswered',
        'WaveVerified',
        'ReleaseQuarantined',
        'RollbackCompleted',
        'RolloutRolledBack',
        'StakeholdersNotified',
        'IncidentResolved',
      ]),
    ).toEqual([
      'IncidentOpened',
      'RolloutHalted',
      'RollbackDecided',
      'WaveCommanded',
      'CommandIssued',
      'WaveStepAnswered',
      'WaveAnswered',
      'WaveVerified',
      'ReleaseQuarantined',
      'RollbackCompleted',
      'RolloutRolledBack',
      'StakeholdersNotified',
      'IncidentResolved',
    ]);
    const waves = story.all('RollbackDecided')[0]?.waves ?? [];
    expect(story.all('WaveVerified')).toHaveLength(waves.length);
    expect(story.all('WaveStepAnswered')).toHaveLength(4 * waves.flat().length);
    expect(story.all('WaveRepeated')).toEqual([]);
    expect(calls(story)).toEqual([]);
    expect(story.all('ReleaseQuarantined')).toMatchObject([{ service: 'dns', release: ROLLOUT.release }]);
    expect(story.all('RollbackCompleted')[0]?.because).toContain('probers: unknown');
    expect(new Set(story.fleet.nodes.map(({ release }) => release))).toEqual(new Set([GOOD]));
  });

  it('R32: a fleet that acknowledges and does not improve stops after wave 1, and the VP is called', () => {
    const story = played((command, nodeId, told) => {
      apply(command, nodeId, told, 0.77);
      return stepAnswers(command);
    });
    expect(story.all('CommandIssued')).toHaveLength(1);
    expect(story.all('RollbackStopped')).toHaveLength(1);
    expect(calls(story)).toEqual([['vp', 'ineffective']]);
    expect(story.all('ReleaseQuarantined')).toHaveLength(1);
    expect(story.all('StakeholdersNotified')).toHaveLength(1);
    expect(story.all('RolloutRolledBack')).toEqual([]);
    const restartedS = story.firstS('WaveAnswered') ?? NaN;
    expect((story.firstS('RollbackStopped') ?? NaN) - restartedS).toBeLessThanOrEqual(120.5);
  });

  it('B8, R32: a fleet that improves and never acknowledges is told again once, stops after wave 1, and the VP is called', () => {
    const story = played((command, nodeId, told) => {
      apply(command, nodeId, told);
      return [];
    });
    const [command, ...others] = story.all('CommandIssued');
    expect(others).toEqual([]);
    expect(story.all('WaveRepeated')).toMatchObject([{ commandId: command?.command.commandId, wave: 1 }]);
    expect((story.firstS('WaveRepeated') ?? NaN) - (story.firstS('WaveCommanded') ?? NaN)).toBeCloseTo(60, 0);
    expect((story.firstS('RollbackStopped') ?? NaN) - (story.firstS('WaveCommanded') ?? NaN)).toBeCloseTo(120, 0);
    expect(calls(story)).toEqual([['vp', 'unconfirmed']]);
    expect(story.all('RollbackDecided')).toHaveLength(1);
  });

  it('RAIL-14: switched off after wave 1 it waits, calls who is on call once, and goes on when it is on again', () => {
    const story = outage();
    execute(story, obedient);
    const by = { by: 'user:ana', comment: 'we look first', at: ORIGIN_MS };
    const obeys = story.onDecided;
    let isOff = false;
    story.onDecided = (events, afterS) => {
      obeys(events, afterS);
      if (isOff || story.all('WaveCommanded').length === 0) return;
      isOff = true;
      story.tell(streamOf.automation, event('AutomationSwitched', { isOn: false, ...by }));
    };
    story.play(120);
    expect([story.all('CommandIssued').length, story.all('WaveVerified').length]).toEqual([1, 1]);
    expect(calls(story)).toEqual([['on_call', 'wait']]);
    story.tell(streamOf.automation, event('AutomationSwitched', { isOn: true, ...by }));
    story.play(120);
    expect([story.all('RollbackStopped').length, story.all('RollbackCompleted').length]).toEqual([0, 1]);
  });

  it('B8: an answer that was lost and comes with the repetition is as good as the first', () => {
    const story = outage();
    const lost: Executor = (command, nodeId, told) => {
      apply(command, nodeId, told);
      return [];
    };
    execute(story, lost);
    const silent = story.onDecided;
    story.onDecided = (events, afterS) => {
      silent(events, afterS);
      for (const { type, data } of events) {
        if (type !== 'WaveRepeated') continue;
        const command = story.all('CommandIssued').find((each) => each.command.commandId === data.commandId)?.command;
        for (const nodeId of command?.audience ?? [])
          story.fleet.reports.push({
            type: 'answer',
            nodeId,
            agentBootId: '1',
            atUs: 0,
            commandId: data.commandId,
            generation: command?.generation ?? 0,
            status: 'done',
            detail: '',
          });
      }
    };
    story.play(110);
    expect(story.all('WaveVerified').length).toBeGreaterThan(0);
    expect(story.all('RollbackStopped')).toEqual([]);
  });

  it.each([
    ['fails its health check', { status: 'running', step: 'start', probes: 5, passed: 1 }, 'failed to start'],
    ['cannot deploy', { status: 'failed', step: 'deploy', detail: 'no such package' }, 'failed to deploy: no such'],
    ['says done on another release', { status: 'done', ...ROLLOUT.release }, 'it runs v2.1.5+c42'],
  ] as const)('R58, R43, RAIL-6: a node that %s stops the rollback', (_, said, because) => {
    const story = played(() => [said], 30);
    expect(story.all('RollbackStopped')[0]?.because).toContain(because);
    expect(calls(story)).toEqual([['vp', 'failed']]);
    expect(story.all('CommandIssued')).toHaveLength(1);
  });

  it('R32: there is one rollback of a rollout and its release, in a later incident as well', () => {
    const story = played(() => [{ status: 'refused', detail: 'dry run' }], 30);
    expect(story.all('RollbackStopped')).toHaveLength(1);
    // By hand, as the call of the VP asked for.
    for (const node of story.fleet.nodes) Object.assign(node, { failing: 0.0005, release: GOOD });
    story.play(330);
    expect(story.all('IncidentResolved')).toHaveLength(1);
    bring(story);
    story.play(10);
    break2021(story);
    story.play(20);
    expect(story.all('IncidentOpened')).toHaveLength(2);
    expect(story.all('RollbackDecided')).toHaveLength(1);
    expect(story.all('CommandIssued')).toHaveLength(1);
  });

  it('R31: after one that stopped a person begins a further attempt, of the nodes that are left', () => {
    const story = outage();
    execute(story, () => [{ status: 'refused', detail: 'dry run' }]);
    story.play(20);
    expect(story.all('RollbackStopped')).toHaveLength(1);
    const [first] = story.all('WaveCommanded');
    const second = rollbackIdOf(ROLLOUT, hash, 2);
    const by = { by: 'user:alice', comment: 'the executor is mended', at: ORIGIN_MS + 31_000 };
    story.tell(streamOf.automation, event('RateRailReset', { service: 'dns', ...by }));
    story.tell(
      streamOf.rollback(second),
      event('RollbackRequested', { rollbackId: second, rolloutId: ROLLOUT.rolloutId, ...by }),
    );
    execute(story, obedient);
    story.play(120);
    expect(story.all('RollbackDecided').map(({ rollbackId, by: who }) => [rollbackId, who])).toEqual([
      [ROLLBACK_ID, undefined],
      [second, 'user:alice'],
    ]);
    expect(story.all('RollbackCompleted')).toMatchObject([{ rollbackId: second }]);
    expect(story.all('CommandIssued').filter(({ command }) => command.commandId === first?.commandId)).toHaveLength(1);
  });

  it('P4: killed at 50 moments it decides the same as without', () => {
    const seconds = 75;
    const whole = outage();
    execute(whole, obedient);
    whole.play(seconds);
    const killed = outage();
    execute(killed, obedient);
    for (let kill = 0; kill < 50; kill += 1) {
      killed.play(seconds / 50);
      killed.restart();
    }
    expect(whole.all('RollbackCompleted')).toHaveLength(1);
    expect(textOf(killed.told)).toEqual(textOf(whole.told));
  });
});

describe('a rollback that a person asks for', () => {
  const requested = (comment = 'it feels wrong') =>
    event('RollbackRequested', {
      rollbackId: ROLLBACK_ID,
      rolloutId: ROLLOUT.rolloutId,
      by: 'user:alice',
      comment,
      at: ORIGIN_MS + 5_000,
    });
  const asked = (story: EngineStory): EngineStory => {
    story.tell(`rollback-${ROLLBACK_ID}`, requested());
    return story;
  };

  it('R31: of a healthy release opens an incident first, is decided in the next tick, and ends well', () => {
    const story = smallStory();
    bring(story);
    execute(story, obedient);
    story.play(10);
    asked(story).play(0.25);
    expect(
      firstOf(story.told, ['IncidentOpened', 'RolloutHalted', 'RollbackDecided', 'WaveCommanded', 'CommandIssued']),
    ).toEqual(['IncidentOpened', 'RolloutHalted', 'RollbackDecided', 'WaveCommanded', 'CommandIssued']);
    const [decided] = story.all('RollbackDecided');
    expect(decided).toMatchObject({ by: 'user:alice', trigger: { rule: 'rollback_requested' } });
    // What would bind an automatic rollback is a warning here.
    expect(decided?.rails.filter(({ holds }) => !holds).map(({ rail }) => rail)).toContain('minimum_evidence');
    story.play(120);
    expect(story.all('RollbackCompleted')).toHaveLength(1);
    expect(story.all('StakeholdersNotified')).toHaveLength(1);
    expect(story.all('IncidentResolved')).toHaveLength(1);
  });

  it('R31: is refused by a rail of class S, once, and its incident waits ten minutes for an override', () => {
    const story = smallStory();
    story.play(5);
    story.fleet.signals.push({
      type: 'deploy',
      service: 'dns',
      stage: 'canary',
      ...ROLLOUT,
      previous: ROLLOUT.release,
      nodes: bring(story).slice(0, 4),
      atUs: 0,
    });
    story.fleet.signals.reverse();
    story.play(1);
    asked(story).play(590);
    expect(story.all('RollbackRefused').map(({ rail }) => rail)).toEqual(['target']);
    expect(story.all('RolloutHalted')).toHaveLength(1);
    expect(story.all('IncidentOpened')).toHaveLength(1);
    expect(story.all('RollbackDecided')).toEqual([]);
  });
});
