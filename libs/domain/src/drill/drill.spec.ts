import { type Event, event } from '#contracts';
import { decideDrill, decideDrillEnd, type DrillDelivery } from './drill.decide.js';
import { type DecidedDrills, type Drill, evolveDecidedDrills, evolveDrill, isDrillEvent } from './drill.js';
import { dueDrillDay, newestDrill } from './drill-time.js';

const AT = 1_000_000;
const requested = event('DrillRequested', { drillId: 'd1', by: 'schedule', deadlineMs: AT + 60_000, at: AT });
const signalled = event('DrillSignalled', { drillId: 'd1', at: AT + 100 });
const fired = event('DrillFired', { drillId: 'd1', signalledAtMs: AT + 100, at: AT + 500 });
const after = (...events: readonly Event[]): Drill =>
  events.reduce<Drill | undefined>(
    (drill, each) => (isDrillEvent(each) ? evolveDrill(drill, each) : drill),
    undefined,
  )!;
const delivery = (changes: Partial<DrillDelivery> = {}): DrillDelivery => ({
  channel: 'pagerduty',
  status: 'delivered',
  requestedAt: AT + 600,
  finishedAt: AT + 900,
  lastDetail: 'ok',
  ...changes,
});

describe('a fire drill', () => {
  it('B17: passes when every channel has taken its page, with the time of each hop', () => {
    const drill = after(requested, signalled, fired);
    expect(
      decideDrillEnd(drill, [delivery(), delivery({ status: 'due', finishedAt: null })], AT + 999),
    ).toBeUndefined();
    const ended = decideDrillEnd(drill, [delivery(), delivery({ finishedAt: AT + 950 })], AT + 1_000);
    const hops = { requested: AT, signalled: AT + 100, decided: AT + 500, sent: AT + 600, accepted: AT + 950 };
    expect(ended).toEqual(event('DrillPassed', { drillId: 'd1', hops, at: AT + 1_000 }));
    expect(
      decideDrillEnd(after(requested, fired), [delivery(), delivery({ finishedAt: AT + 950 })], AT + 1_000),
    ).toEqual(ended);
    expect(decideDrillEnd(after(requested, fired, ended!), [delivery()], AT + 90_000)).toBeUndefined();
  });

  it.each<[string, readonly Event[], readonly DrillDelivery[], string]>([
    ['the log', [requested], [], 'signalled'],
    ['the rules', [requested, signalled], [], 'decided'],
    ['the channels', [requested, signalled, fired], [], 'sent'],
    ['the receiver', [requested, signalled, fired], [delivery({ status: 'due', lastDetail: 'busy' })], 'accepted'],
  ])('B17: fails after a minute, and names %s', (_what, events, deliveries, missed) => {
    expect(decideDrillEnd(after(...events), deliveries, AT + 59_999)).toBeUndefined();
    expect(decideDrillEnd(after(...events), deliveries, AT + 60_000)).toMatchObject({
      type: 'DrillFailed',
      data: { missed, because: expect.stringMatching(new RegExp(`^not ${missed} within 60 s: `)) },
    });
  });

  it('fails at once when a receiver refuses it', () => {
    const refused = [delivery({ status: 'gave_up', lastDetail: 'unknown routing key' })];
    expect(decideDrillEnd(after(requested, signalled, fired), refused, AT + 1_000)?.data).toMatchObject({
      because: 'not accepted within 1 s: pagerduty gave_up (unknown routing key)',
    });
  });

  it('is decided once, however often its signal is told', () => {
    const signal = { type: 'drill', drillId: 'd1', atUs: 7_000 } as const;
    expect(decideDrill([], signal, AT)).toEqual([event('DrillFired', { drillId: 'd1', signalledAtMs: 7, at: AT })]);
    expect(decideDrill(['d1'], signal, AT)).toEqual([]);
  });

  it('is not begun behind its end, by rules that see its signal too late', () => {
    const failed = event('DrillFailed', { drillId: 'd1', missed: 'decided', because: 'x', at: AT + 60_000 });
    const known = (...events: readonly Event[]): DecidedDrills =>
      events.reduce<DecidedDrills>(
        (drills, each) => (isDrillEvent(each) ? evolveDecidedDrills(drills, each) : drills),
        [],
      );
    expect(known(requested, signalled)).toEqual([]);
    expect(known(requested, signalled, failed)).toEqual(['d1']);
    expect(known(requested, signalled, fired, failed)).toEqual(['d1']);
    expect(after(requested, signalled, failed, fired)).toEqual(after(requested, signalled, failed));
  });
});

describe('the time of a drill', () => {
  const berlin = { minuteOfDay: 9 * 60 + 30, weekdays: [1, 4], timeZone: 'Europe/Berlin' };

  it.each([
    ['2021-07-22T07:29:59Z', undefined],
    ['2021-07-22T07:30:00Z', '2021-07-22'],
    ['2021-07-22T07:39:59Z', '2021-07-22'],
    ['2021-07-22T07:40:00Z', undefined],
    // A Friday.
    ['2021-07-23T07:30:00Z', undefined],
    // In winter the clocks of Berlin are an hour behind.
    ['2021-12-02T08:30:00Z', '2021-12-02'],
  ])('at %s it is the drill of %s', (at, day) => expect(dueDrillDay(berlin, Date.parse(at))).toBe(day));

  it('is still due after midnight', () => {
    const late = { minuteOfDay: 23 * 60 + 55, weekdays: [4], timeZone: 'UTC' };
    expect(dueDrillDay(late, Date.parse('2021-07-23T00:04:00Z'))).toBe('2021-07-22');
  });

  it('the newest is known for as long as there is no newer', () => {
    const thursday = { day: '2021-07-22', dueMs: Date.parse('2021-07-22T07:30:00Z') };
    expect(newestDrill(berlin, Date.parse('2021-07-22T07:30:00Z'))).toEqual(thursday);
    expect(newestDrill(berlin, Date.parse('2021-07-26T07:29:59Z'))).toEqual(thursday);
    expect(newestDrill(berlin, Date.parse('2021-07-26T07:30:00Z'))?.day).toBe('2021-07-26');
    const weekly = { ...berlin, weekdays: [4] };
    expect(newestDrill(weekly, Date.parse('2021-07-29T07:29:59Z'))).toEqual(thursday);
    expect(newestDrill({ ...berlin, weekdays: [] }, thursday.dueMs)).toBeUndefined();
  });
});
