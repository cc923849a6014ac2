import { event, streamOf } from '#contracts';
import { type CatalogueCustomer, EVOLVE_AGAIN_MS } from '#domain';
import { obey, until } from '#testing';
import { SlotsStory } from './slots-story.fixture.js';

const GOOD = 'v2.1.4+c41';
const BAD = 'v2.1.5+c42';
const REGIONS = ['us-east', 'europe'];
const CUSTOMERS: CatalogueCustomer[] = Array.from({ length: 12 }, (_, index) => ({
  customerId: `customer-${index}`,
  name: `Customer ${index}`,
  tier: 'tier1',
  critical: false,
}));

const open = (): Promise<SlotsStory> =>
  SlotsStory.open(CUSTOMERS, (fleet) => {
    for (const region of REGIONS)
      for (let index = 0; index < 12; index += 1) {
        const pop = `${region}-${Math.floor(index / 4)}`;
        fleet.add({ nodeId: `${pop}-n${index % 4}`, pop, region, release: GOOD });
      }
  });

/** A quarter of us-east gets the release that is bad later. */
const deploy = ({ fleet }: SlotsStory): void => {
  const nodes = fleet.nodes.filter(({ region }) => region === 'us-east').slice(0, 3);
  for (const node of nodes) node.release = BAD;
  fleet.signals.push({
    type: 'deploy',
    rolloutId: 'rollout-1',
    service: 'dns',
    release: { softwareVersion: 'v2.1.5', configRev: 'c42' },
    previous: { softwareVersion: 'v2.1.4', configRev: 'c41' },
    stage: 'batch-1',
    nodes: nodes.map(({ nodeId }) => nodeId),
    atUs: 0,
  });
};
const fail = ({ fleet }: SlotsStory): void => {
  for (const node of fleet.nodes) if (node.release === BAD) Object.assign(node, { failing: 0.77, timeouts: 0.5 });
};

/** The whole outage: deployed, failing, rolled back by a deploy system that obeys, resolved. */
const playOutage = async (told: SlotsStory, before?: (tick: number) => Promise<void>): Promise<void> => {
  told.onDecided = obey(told, 1);
  await told.warmUp();
  deploy(told);
  await told.play(2, before);
  fail(told);
  await told.play(100, before);
};

let reference: Promise<readonly unknown[]> | undefined;
/** What is decided when nothing disturbs; played once. */
const undisturbed = (): Promise<readonly unknown[]> =>
  (reference ??= (async () => {
    const told = await open();
    await told.startRules();
    await playOutage(told);
    await told.close();
    return told.decisions();
  })());

let story: SlotsStory;
beforeEach(async () => {
  story = await open();
  await story.startRules();
});
afterEach(() => story.close());

const count = (type: string): number => story.types().filter((each) => each === type).length;

describe('rules over a real log', () => {
  it('R29, R32: alert, incident, rollback in waves, resolution; each once', async () => {
    await playOutage(story);
    reference = Promise.resolve(story.decisions());
    expect(story.types().slice(0, 2)).toEqual(['RolloutStarted', 'AlertFired']);
    expect(story.told[1]?.event.data).toMatchObject({ scope: 'release_region', key: `${BAD}|us-east` });
    for (const type of ['IncidentOpened', 'RollbackDecided', 'RollbackCompleted', 'IncidentResolved'])
      expect([type, count(type)]).toEqual([type, 1]);
    expect(count('CommandIssued')).toBe(count('WaveVerified'));
    expect(count('AlertResolved')).toBe(count('AlertFired'));
  }, 60_000);

  it('B1, B2: killed at any tick and started again, decides the same in the same order', async () => {
    // Spread over deploy, detection, waves and resolution; ticks from the origin on.
    const kills = new Set([3, 9, 11, 14, 20, 21, 40, 77, 130, 300]);
    await playOutage(story, async (tick) => {
      if (!kills.has(tick)) return;
      await story.killRules();
      await story.startRules();
    });
    expect(story.decisions()).toEqual(await undisturbed());
  }, 60_000);

  it('is in doubt and says so while the database is away, and decides the same when it is back', async () => {
    let back: Promise<unknown> = Promise.resolve();
    await playOutage(story, async (tick) => {
      if (tick !== 12) return;
      story.isDatabaseAway = true;
      back = until('the rules are in doubt', () => story.unready()?.startsWith('in doubt')).then(() => {
        story.isDatabaseAway = false;
      });
    });
    await back;
    await until('the rules are ready', () => story.unready() === undefined);
    expect(story.decisions()).toEqual(await undisturbed());
  }, 60_000);

  it('decides each thing once with two processes at once', async () => {
    await story.startRules();
    await playOutage(story);
    expect(story.decisions()).toEqual(await undisturbed());
  }, 60_000);

  it('goes on when a deploy names a rollout that ended longer ago than anything is remembered', async () => {
    await story.killRules();
    const at = story.nowMs - 2 * EVOLVE_AGAIN_MS;
    const release = { softwareVersion: 'v2.1.5', configRev: 'c42' };
    const rollout = { rolloutId: 'rollout-1', service: 'dns', release, previous: release, stage: 'canary' };
    const events = [
      event('RolloutStarted', { ...rollout, nodes: ['another'], at }),
      event('RolloutHalted', { rolloutId: 'rollout-1', because: 'of old', at }),
    ];
    const append = { stream: streamOf.rollout('rollout-1'), expectedVersion: 0, events };
    await story.eventStoreAt(() => at).append([append], { actor: 'rules', cause: 'test' });
    await story.startRules();
    await story.warmUp();
    deploy(story);
    await story.play(2);
    expect(story.types()).toEqual(['RolloutStarted', 'RolloutHalted', 'RolloutStageReached']);
  }, 60_000);

  it('B4: does not resolve because telemetry stopped', async () => {
    await story.warmUp();
    deploy(story);
    await story.play(2);
    fail(story);
    await story.play(10);
    for (const node of story.fleet.nodes) node.silent = true;
    await story.play(30);
    expect(count('AlertBecameUnknown')).toBeGreaterThan(0);
    expect(count('AlertResolved') + count('IncidentResolved')).toBe(0);
  }, 60_000);

  it('sees what an operator appended between two ticks', async () => {
    story.onDecided = obey(story, 1);
    await story.warmUp();
    deploy(story);
    await story.play(2);
    fail(story);
    await story.play(6);
    const opened = story.told.find(({ event: { type } }) => type === 'IncidentOpened');
    if (opened?.event.type !== 'IncidentOpened') throw new Error('no incident was opened');
    const { incidentId } = opened.event.data;
    const stream = streamOf.incident(incidentId);
    const version = (await story.eventStore.readStream(stream)).length;
    const acknowledged = event('IncidentAcknowledged', { incidentId, by: 'user:alice', note: '', at: 0 });
    const append = { stream, expectedVersion: version, events: [acknowledged] };
    await story.eventStore.append([append], { actor: 'user:alice', cause: 'test' });
    await story.play(90);
    expect(count('IncidentAcknowledged')).toBe(1);
    expect(count('IncidentResolved')).toBe(1);
  }, 60_000);
});
