import fc from 'fast-check';
import { type MaintenanceWindow, maintenanceWindowSchema, WEEKDAYS } from '#contracts';
import { momentOf } from './local-time.js';
import { Calendar, occurrenceAt } from './occurrence.js';

const windowOf = (changes: Record<string, unknown>): MaintenanceWindow =>
  maintenanceWindowSchema.parse({ name: 'w', timeZone: 'Europe/Berlin', durationMs: 3_600_000, ...changes });
const iso = (ms: number | undefined): string => (ms === undefined ? 'never' : new Date(ms).toISOString().slice(0, 16));
const startOf = (changes: Record<string, unknown>, from: string): string =>
  iso(occurrenceAt(windowOf(changes), Date.parse(`${from}:00Z`))?.startsAtMs);

describe('a maintenance window', () => {
  it('R112, B16: recurs on its days at its time of the day, in its zone', () => {
    const study = { days: ['thu'], startsAt: '10:00', durationMs: 5_400_000, timeZone: 'UTC' };
    const open = occurrenceAt(windowOf(study), Date.UTC(2021, 6, 22, 10, 17));
    expect([iso(open?.startsAtMs), iso(open?.endsAtMs)]).toEqual(['2021-07-22T10:00', '2021-07-22T11:30']);
    expect(startOf(study, '2021-07-22T11:30')).toBe('2021-07-29T10:00');
    expect(startOf({ ...study, timeZone: 'Asia/Kolkata' }, '2021-07-22T00:00')).toBe('2021-07-22T04:30');
  });

  it('that starts in the hour that is skipped starts at the skip; in winter and in summer it keeps its local time', () => {
    const nightly = { days: ['sat', 'sun'], startsAt: '02:30' };
    expect(startOf(nightly, '2021-03-27T00:00')).toBe('2021-03-27T01:30');
    expect(startOf(nightly, '2021-03-27T12:00')).toBe('2021-03-28T01:00');
    expect(startOf(nightly, '2021-03-28T12:00')).toBe('2021-04-03T00:30');
  });

  it('that starts in the hour that is shown twice starts the first time, once, and lasts no longer', () => {
    const nightly = { days: ['sun'], startsAt: '02:30' };
    const window = windowOf(nightly);
    const first = occurrenceAt(window, Date.UTC(2021, 9, 30, 12));
    expect([iso(first?.startsAtMs), iso(first?.endsAtMs)]).toEqual(['2021-10-31T00:30', '2021-10-31T01:30']);
    expect(startOf(nightly, '2021-10-31T01:30')).toBe('2021-11-07T01:30');
  });

  it('crosses midnight, and belongs to the day on which it starts', () => {
    const late = windowOf({ days: ['sat'], startsAt: '23:30', durationMs: 7_200_000, timeZone: 'UTC' });
    const sunday = occurrenceAt(late, Date.UTC(2021, 6, 25, 1));
    expect([iso(sunday?.startsAtMs), iso(sunday?.endsAtMs)]).toEqual(['2021-07-24T23:30', '2021-07-25T01:30']);
  });

  it('of one day comes once', () => {
    const once = { date: '2021-07-22', startsAt: '10:00' };
    expect(startOf(once, '2021-01-01T00:00')).toBe('2021-07-22T08:00');
    expect(startOf(once, '2021-07-22T09:00')).toBe('never');
  });

  it.each([
    [{ startsAt: '10:00' }, 'either days or a date'],
    [{ startsAt: '10:00', days: ['mon'], date: '2021-07-22' }, 'either days or a date'],
    [{ startsAt: '24:00', days: ['mon'] }, 'a time of day'],
    [{ startsAt: '10:00', days: ['mon'], timeZone: 'Mars/Olympus' }, 'no such time zone'],
    [{ startsAt: '10:00', days: ['mon'], durationMs: 86_400_001 }, 'Too big'],
    [{ startsAt: '00:00', days: [...WEEKDAYS], durationMs: 86_400_000 }, 'at most 84 hours a week'],
  ])('B16: %j is no window: expected %s', (changes, message) => {
    expect(() => windowOf(changes)).toThrow(message);
  });
});

/** The definition, word by word: the first minute at which the clocks show it or a later time. */
const scannedMoment = (timeZone: string, wantedLocalMs: number): number => {
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const wanted = new Date(wantedLocalMs).toISOString().slice(0, 16).replace('T', ' ');
  for (let at = wantedLocalMs - 15 * 3_600_000; ; at += 60_000) if (shown.format(at) >= wanted) return at;
};

describe('momentOf', () => {
  // Half hours, no change at all, a change at midnight, one of half an hour, and a day that was left out.
  const ZONES = ['UTC', 'America/New_York', 'Asia/Kolkata', 'Africa/Cairo', 'Australia/Lord_Howe', 'Pacific/Apia'];
  it('is what a scan of all minutes finds, in any zone on any day', () => {
    const minute = fc.integer({ min: Date.UTC(2011, 11, 1) / 60_000, max: Date.UTC(2026, 11, 31) / 60_000 });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), minute, (timeZone, at) => {
        expect(iso(momentOf(timeZone, at * 60_000))).toBe(iso(scannedMoment(timeZone, at * 60_000)));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['America/New_York', '2021-03-14T02:30'],
    ['America/New_York', '2021-11-07T01:30'],
    ['Australia/Lord_Howe', '2021-10-03T02:15'],
    ['Australia/Lord_Howe', '2021-04-04T01:45'],
    ['Africa/Cairo', '2023-04-28T00:30'],
    ['Pacific/Apia', '2011-12-30T10:00'],
  ])('is so in %s around the change at %s', (timeZone, local) => {
    for (const minutes of [-61, -30, 0, 29, 30, 59]) {
      const wanted = Date.parse(`${local}:00Z`) + minutes * 60_000;
      expect(iso(momentOf(timeZone, wanted))).toBe(iso(scannedMoment(timeZone, wanted)));
    }
  });
});

describe('a calendar', () => {
  it('answers what is computed anew, whenever it is asked', () => {
    const windows = ['00:00', '02:30', '23:30'].map((startsAt) => windowOf({ days: ['sun', 'mon'], startsAt }));
    const calendar = new Calendar();
    for (let at = Date.UTC(2021, 9, 29); at < Date.UTC(2021, 10, 3); at += 1_700_000)
      for (const window of windows) expect(calendar.at(window, at)).toEqual(occurrenceAt(window, at));
  });
});
