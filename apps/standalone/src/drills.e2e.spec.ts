import { DRILL_HOPS, streamOf } from '#contracts';
import { until } from '#testing';
import { DrillSite } from './drill-site.fixture.js';

const DRILL_TITLE = 'DRILL: nothing is wrong, this page shows that pages arrive';
/** More requests than PagerDuty gets while it is unwell. */
const FAULTS = 200;
/** The outside hears of us every 30 s, and a step later at most. */
const BEAT_S = 33;
/** From the last tick to the page that says so. */
const STALE_S = 40;
/** What stands still is known after 15 s, and what is known a look later. */
const LET_GO_S = 21;
/** What is tried again goes out within half a minute; what waits for an answer takes the machine's time. */
const RETRIED_S = 600;
const PLAN = {
  people: [{ person: 'ana', contacts: [{ channel: 'webhook' }] }],
  schedules: [],
  policies: [
    {
      policy: 'all',
      levels: [{ call: [{ person: 'ana' }], waitMs: 300_000 }],
      repeats: 0,
      raises: [],
      acknowledgedForMs: null,
    },
  ],
};

describe('fire drills and the dead-man switch, through all roles', () => {
  let site: DrillSite;
  beforeAll(async () => {
    site = await DrillSite.open();
    await site.isDecided();
  }, 60_000);
  afterAll(() => site.close());
  // What one test left over must not befall the next.
  afterEach(() => site.receivers.pagerDuty.faults.splice(0));

  const atPagerDuty = (dedupKey: string) =>
    site.receivers.pagerDuty.taken.filter((each) => each.dedup_key === dedupKey);
  const atWebhook = (drillId: string) => site.receivers.webhook.taken.filter(({ data }) => data['drillId'] === drillId);
  const typesAtWebhook = (drillId: string) => atWebhook(drillId).map(({ type }) => type);
  const actionsAtPagerDuty = (dedupKey: string) => atPagerDuty(dedupKey).map(({ event_action: action }) => action);
  /** What was told of a drill that passed. */
  const TOLD = { pagerDuty: ['trigger', 'resolve'], webhook: ['incident.opened', 'incident.resolved'] };
  const isTold = (drillId: string) =>
    until(`${drillId} is told`, () => {
      const told = { pagerDuty: actionsAtPagerDuty(streamOf.drill(drillId)), webhook: typesAtWebhook(drillId) };
      return told.pagerDuty.length >= 2 && told.webhook.length >= 2 && told;
    });

  it('B17: a drill goes the way of a fault, and is an alert of low severity that ends; nobody is hurt by it', async () => {
    const before = (await site.ask('/v1/impact')).body as unknown;
    const { drillId } = await site.drill();
    const passed = await site.ended(drillId);
    expect(passed).toMatchObject({ status: 'passed', channel: null, missed: null, because: null });
    const times = DRILL_HOPS.map((hop) => passed.hops?.[hop]);
    expect(times).toEqual(times.map(() => expect.any(Number) as number));
    expect(times).toEqual(times.toSorted((a = 0, b = 0) => a - b));
    const steps = ['DrillRequested', 'DrillFired', 'DrillPassed'];
    expect(await site.typesOf(streamOf.drill(drillId))).toEqual(expect.arrayContaining(steps));
    expect(await isTold(drillId)).toEqual(TOLD);
    expect(atPagerDuty(streamOf.drill(drillId))[0]).toMatchObject({
      payload: { severity: 'info', summary: DRILL_TITLE },
    });
    expect((await site.ask('/v1/incidents')).body).toMatchObject({ incidents: [] });
    expect((await site.ask('/v1/alerts')).body).toMatchObject({ alerts: [] });
    expect((await site.ask('/v1/impact')).body).toEqual(before);
  });

  it('B17: a drill through a receiver that hangs fails after a minute, and another channel is paged what it missed', async () => {
    const { pagerDuty } = site.receivers;
    const before = pagerDuty.requests();
    pagerDuty.faults.push(...Array.from({ length: FAULTS }, () => 'hang' as const));
    const { drillId, deadlineAt, requestedAt } = await site.drill();
    expect(deadlineAt - requestedAt).toBe(60_000);
    await until('PagerDuty is asked', () => pagerDuty.requests() > before);
    await site.isRecorded('webhook', streamOf.drill(drillId));
    expect((await site.ask('/v1/drills', {})).body).toMatchObject({ code: 'DRILL_UNDER_WAY' });
    expect(await site.shown(drillId)).toMatchObject({ status: 'fired', finishedAt: null });
    site.clock.move(Math.max(0, deadlineAt - site.clock.nowMs()));
    expect(await site.ended(drillId)).toMatchObject({
      status: 'failed',
      missed: 'accepted',
      hops: null,
      because: expect.stringMatching(/^not accepted within \d+ s: pagerduty due /),
    });
    const page = await until('the webhook is paged', () =>
      atWebhook(drillId).find(({ data }) => data['severity'] === 'critical'),
    );
    expect(page).toMatchObject({
      type: 'incident.opened',
      data: { missed: 'accepted', title: expect.stringMatching(/^Fire drill .* failed: not accepted within /) },
    });
    pagerDuty.faults.length = 0;
    const isOver = () =>
      actionsAtPagerDuty(streamOf.drill(drillId)).includes('resolve') &&
      actionsAtPagerDuty(`${streamOf.drill(drillId)}-failed`).includes('trigger');
    await site.stepUntil('PagerDuty has all of it', isOver, RETRIED_S);
    await site.isRecorded('pagerduty');
  }, 120_000);

  it('B17: a drill through one channel that refuses it fails at once, and nothing stands in for it', async () => {
    const { pagerDuty } = site.receivers;
    pagerDuty.faults.push({ status: 400, body: 'unknown routing key' });
    const { drillId } = await site.drill({ channel: 'pagerduty' });
    expect(await site.ended(drillId)).toMatchObject({
      status: 'failed',
      channel: 'pagerduty',
      missed: 'accepted',
      because: expect.stringMatching(/pagerduty gave_up .*unknown routing key/),
    });
    const key = streamOf.drill(drillId);
    const failed = await until(
      'PagerDuty, which is well again, is paged as well',
      () => atPagerDuty(`${key}-failed`)[0],
    );
    expect(failed).toMatchObject({ event_action: 'trigger', payload: { severity: 'critical' } });
    expect(await site.asked(key)).toEqual(['pagerduty trigger', 'pagerduty resolve']);
    expect((await site.asked(`${key}-failed`)).toSorted()).toEqual(['pagerduty trigger', 'webhook trigger']);
  });

  it('a channel that there is not is not drilled', async () => {
    expect(await site.ask('/v1/drills', { channel: 'pagerdutty' })).toMatchObject({ status: 404 });
    expect((await site.ask('/v1/drills')).body.drills).toHaveLength(3);
  });

  it('B17: with a plan in force that calls one person a drill reaches all channels for pages', async () => {
    expect(await site.ask('/v1/on-call', { plan: PLAN })).toMatchObject({ status: 201 });
    const { drillId } = await site.drill();
    expect(await site.ended(drillId)).toMatchObject({ status: 'passed' });
    expect(await isTold(drillId)).toEqual(TOLD);
    const failedKeys = (await site.failed()).map((failed) => `${streamOf.drill(failed)}-failed`);
    expect(failedKeys).toHaveLength(2);
    const isOver = () => failedKeys.every((key) => actionsAtPagerDuty(key).includes('resolve'));
    await until('what was said of those that failed before is over', isOver);
  });

  it('B17: the outside is told at least every half minute that all is well', async () => {
    const { beats } = site.receivers.outside;
    const first = beats.length;
    for (let count = 1; count <= 3; count += 1) {
      const before = beats.length;
      await site.stepUntil('the outside hears of us', () => beats.length > before, BEAT_S);
    }
    expect(beats.length - first).toBe(3);
  }, 60_000);

  it('B17: it is told nothing while no tick comes, and is told again when they do', async () => {
    const { outside, pagerDuty } = site.receivers;
    const stale = () =>
      pagerDuty.taken.flatMap(({ dedup_key: key, event_action: action }) =>
        key.startsWith('telemetry-stale-') ? [action] : [],
      );
    site.clock.holdLog(true);
    await site.go(LET_GO_S, true);
    const before = outside.beats.length;
    await site.stepUntil('it is paged that nothing comes', () => stale().length > 0, STALE_S, true);
    await site.go(BEAT_S, true);
    expect(outside.beats.length).toBe(before);
    site.clock.holdLog(false);
    await site.stepUntil('the outside hears of us again', () => outside.beats.length > before, BEAT_S);
    await site.stepUntil('the page is over', () => stale().includes('resolve'), BEAT_S);
  }, 90_000);

  it('B17: nor while the rules decide nothing: a drill names them, and is not told when they go on after its end', async () => {
    const { outside } = site.receivers;
    await site.holdRules(true);
    const { drillId, deadlineAt } = await site.drill();
    const isOver = () => site.clock.nowMs() >= deadlineAt;
    await site.go(LET_GO_S, true);
    const before = outside.beats.length;
    await site.stepUntil('its minute is over', isOver, 60, true);
    expect(await site.ended(drillId)).toMatchObject({ status: 'failed', missed: 'decided' });
    expect(outside.beats.length).toBe(before);
    await site.holdRules(false);
    await site.isDecided();
    await site.stepUntil('the outside hears of us again', () => outside.beats.length > before, BEAT_S);
    expect(await site.typesOf(streamOf.drill(drillId))).toEqual(['DrillRequested', 'DrillSignalled', 'DrillFailed']);
    expect(atPagerDuty(streamOf.drill(drillId))).toEqual([]);
    const { drillId: next } = await site.drill();
    expect(await site.ended(next)).toMatchObject({ status: 'passed' });
  }, 90_000);
});
