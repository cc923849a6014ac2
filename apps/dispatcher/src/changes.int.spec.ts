import { event, streamOf } from '#contracts';
import { pagerDutyChangeChannel } from './channels/pagerduty-change.channel.js';
import { type FakePagerDuty, startFakePagerDuty } from './channels/pagerduty.fake.js';
import { World } from './dispatcher.fixture.js';

const RELEASE = { softwareVersion: 'v2.1.5', configRev: 'c42' };
const PREVIOUS = { softwareVersion: 'v2.1.4', configRev: 'c41' };

describe('changes', () => {
  let world: World;
  let pagerDuty: FakePagerDuty;
  beforeEach(async () => {
    world = await World.open();
    pagerDuty = await startFakePagerDuty();
  });
  afterEach(async () => {
    await world.close();
    await pagerDuty.close();
  });

  const start = () =>
    world.dispatcher([pagerDutyChangeChannel({ url: new URL(pagerDuty.url), routingKey: 'c'.repeat(32) })]);
  const summaries = () => pagerDuty.changes.map(({ payload }) => payload.summary);
  const at = (): number => world.clock.nowMs();

  it('B19: each step of a rollout stands beside the alerts, in its order, and opens none', async () => {
    const dispatcher = await start();
    const rolloutId = 'ro1';
    const because = 'every test passed';
    const begun = { service: 'dns', release: RELEASE, previous: PREVIOUS, stage: 'canary', nodes: ['n1'] };
    await world.tell(
      streamOf.rollout(rolloutId),
      0,
      event('RolloutStarted', { rolloutId, ...begun, at: at() }),
      event('StagePromoted', { rolloutId, stage: 'canary', next: 'all', because, at: at() }),
      event('RolloutStageReached', { rolloutId, stage: 'all', nodes: ['n2', 'n3'], at: at() }),
      event('RolloutHalted', { rolloutId, because: 'the canary fails', at: at() }),
      event('RolloutCompleted', { rolloutId, because, at: at() }),
    );
    await dispatcher.settle();
    expect(summaries()).toEqual([
      'dns: v2.1.5+c42 begins with stage canary (1 node)',
      'dns: v2.1.5+c42 is promoted from stage canary to all: every test passed',
      'dns: v2.1.5+c42 begins stage all (2 nodes)',
      'dns: v2.1.5+c42 is halted: the canary fails',
      'dns: v2.1.5+c42 is rolled out: every test passed',
    ]);
    expect(pagerDuty.changes[0]?.payload).toMatchObject({
      source: 'dns',
      custom_details: { release: 'v2.1.5+c42', rolloutId, stage: 'canary' },
    });
    expect(pagerDuty.alerts).toEqual([]);
  });

  it('each wave of a rollback says which it is of how many, and what it brings back', async () => {
    const dispatcher = await start();
    const rollbackId = 'rb1';
    await world.opens('in1');
    const [opened] = await world.eventStore.readStream(streamOf.incident('in1'));
    const trigger = opened?.event.type === 'IncidentOpened' ? opened.event.data.reason : undefined;
    if (trigger === undefined) throw new Error('no incident opened');
    await world.tell(
      streamOf.rollback(rollbackId),
      0,
      event('RollbackDecided', {
        rollbackId,
        incidentId: 'in1',
        rolloutId: 'ro1',
        service: 'dns',
        from: RELEASE,
        to: PREVIOUS,
        waves: [['n1'], ['n2', 'n3']],
        trigger,
        evidence: [],
        rails: [],
        gap: { release: 23, control: 99.9 },
        at: at(),
      }),
      event('WaveCommanded', { rollbackId, wave: 1, generation: 1, commandId: 'co1', at: at() }),
      event('WaveCommanded', { rollbackId, wave: 2, generation: 2, commandId: 'co2', at: at() }),
    );
    await dispatcher.settle();
    expect(summaries()).toEqual([
      'dns: rollback of v2.1.5+c42 to v2.1.4+c41, wave 1 of 2 (1 node)',
      'dns: rollback of v2.1.5+c42 to v2.1.4+c41, wave 2 of 2 (2 nodes)',
    ]);
    expect(pagerDuty.changes[0]?.payload.custom_details).toMatchObject({ incidentId: 'in1', commandId: 'co1' });
  });
});
