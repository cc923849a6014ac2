import fc from 'fast-check';
import { type Rotation, rotationSchema, type Schedule, WEEKDAYS } from '#contracts';
import type { ScheduleOverride } from './schedule-override.js';
import { personAt, shiftsOf } from './shifts.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const rotation = (changes: Partial<Rotation>): Rotation =>
  rotationSchema.parse({
    people: ['ann', 'bob'],
    startsAt: '2026-01-05T09:00',
    ...(changes.shiftHours === undefined && { shiftDays: 1 }),
    ...changes,
  });
const schedule = (timeZone: string, ...rotations: Rotation[]): Schedule => ({
  schedule: 'primary',
  timeZone,
  rotations,
});
const utc = (text: string): number => Date.parse(`${text}:00Z`);
const told = (shifts: ReturnType<typeof shiftsOf>): readonly string[] =>
  shifts.map(({ fromMs, untilMs, person }) => {
    const from = new Date(fromMs).toISOString().slice(0, 16);
    return `${from} ${(untilMs - fromMs) / HOUR_MS} h ${person ?? 'nobody'}`;
  });
const shifts = (of: Schedule, from: string, until: string, overrides: readonly ScheduleOverride[] = []) =>
  told(shiftsOf(of, overrides, { fromMs: utc(from), untilMs: utc(until) }));
const override = (person: string, from: string, until: string): ScheduleOverride => ({
  scheduleOverrideId: `o-${person}`,
  schedule: 'primary',
  person,
  fromMs: utc(from),
  untilMs: utc(until),
});

describe('shifts of a schedule', () => {
  it('follow each other at the local time of the first', () => {
    expect(shifts(schedule('Europe/Berlin', rotation({})), '2026-01-05T08:00', '2026-01-08T08:00')).toEqual([
      '2026-01-05T08:00 24 h ann',
      '2026-01-06T08:00 24 h bob',
      '2026-01-07T08:00 24 h ann',
    ]);
  });

  it.each([
    ['Europe/Berlin', '2026-03-27T08:00', 23, '2026-10-23T07:00', 25],
    ['America/New_York', '2026-03-06T14:00', 23, '2026-10-30T13:00', 25],
    ['Pacific/Auckland', '2026-09-24T21:00', 23, '2026-04-02T20:00', 25],
    ['Australia/Sydney', '2026-10-01T23:00', 23, '2026-04-02T22:00', 25],
    ['Australia/Lord_Howe', '2026-10-01T22:30', 23.5, '2026-04-02T22:00', 24.5],
  ])('in %s one that spans a change of the clocks is that much shorter or longer', (zone, from, short, to, long) => {
    const lengths = (start: string) =>
      shiftsOf(schedule(zone, rotation({})), [], { fromMs: utc(start), untilMs: utc(start) + 4 * DAY_MS })
        .slice(0, 3)
        .map(({ fromMs, untilMs }) => (untilMs - fromMs) / HOUR_MS);
    expect(lengths(from)).toEqual([24, short, 24]);
    expect(lengths(to)).toEqual([24, long, 24]);
  });

  it('of nobody are in the list too', () => {
    const office = rotation({ people: ['ann'], hours: { days: ['fri', 'mon'], from: '09:00', until: '17:00' } });
    expect(shifts(schedule('UTC', office), '2026-01-09T00:00', '2026-01-12T12:00')).toEqual([
      '2026-01-09T00:00 9 h nobody',
      '2026-01-09T09:00 8 h ann',
      '2026-01-09T17:00 64 h nobody',
      '2026-01-12T09:00 3 h ann',
    ]);
  });

  it('later rotations go before earlier ones, overrides before all, and the later override before the earlier one', () => {
    const day = rotation({ people: ['dan'], hours: { from: '09:00', until: '17:00' } });
    const both = schedule('UTC', rotation({ people: ['ann'], startsAt: '2026-01-01T00:00' }), day);
    const overrides = [
      override('eve', '2026-01-09T08:00', '2026-01-09T12:00'),
      override('fay', '2026-01-09T10:00', '2026-01-09T11:00'),
    ];
    expect(shifts(both, '2026-01-09T00:00', '2026-01-10T00:00', overrides)).toEqual([
      '2026-01-09T00:00 8 h ann',
      '2026-01-09T08:00 2 h eve',
      '2026-01-09T10:00 1 h fay',
      '2026-01-09T11:00 1 h eve',
      '2026-01-09T12:00 5 h dan',
      '2026-01-09T17:00 7 h ann',
    ]);
  });

  it('that follow the sun leave the hours free in which two zones disagree about the summer', () => {
    const hours = { from: '09:00', until: '21:00' };
    const sun = schedule(
      'UTC',
      rotation({ people: ['ber'], startsAt: '2026-01-01T00:00', timeZone: 'Europe/Berlin', hours }),
      rotation({
        people: ['nyc'],
        startsAt: '2026-01-01T00:00',
        timeZone: 'America/New_York',
        hours: { from: '15:00', until: '03:00' },
      }),
    );
    const nobody = (from: string, until: string) => shifts(sun, from, until).filter((each) => each.endsWith('nobody'));
    expect(nobody('2026-03-01T12:00', '2026-03-05T12:00')).toEqual([]);
    // New York is in summer from 8 March on, Berlin from the 29th.
    expect(nobody('2026-03-10T12:00', '2026-03-11T12:00')).toEqual(['2026-03-11T07:00 1 h nobody']);
    expect(nobody('2026-04-01T12:00', '2026-04-05T12:00')).toEqual([]);
  });

  it('ends a turn the first time that an hour which is shown twice shows its time', () => {
    const nightly = schedule('Europe/Berlin', rotation({ startsAt: '2026-01-05T02:30', shiftHours: 24 }));
    expect(shifts(nightly, '2026-10-24T00:30', '2026-10-26T01:30')).toEqual([
      '2026-10-24T00:30 24 h ann',
      '2026-10-25T00:30 25 h bob',
    ]);
  });

  it('a moment is that of the shift which begins with it', () => {
    const one = schedule('Europe/Berlin', rotation({}));
    const at = utc('2026-01-06T08:00');
    expect([personAt(one, [], at - 1), personAt(one, [], at)]).toEqual(['ann', 'bob']);
    expect(personAt(one, [], utc('2026-01-05T07:59'))).toBeUndefined();
  });
});

/** Local minutes of a zone by another way than the code's: what a Swedish clock shows. */
const clockOf = (timeZone: string) => {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return (ms: number): number => Date.parse(`${format.format(ms).replace(' ', 'T')}:00Z`);
};

/** From so long before a span clocks are watched, so that what they have shown before it is known. */
const BEFORE_MS = 2 * HOUR_MS + DAY_MS;

/** For each minute of a span the latest time that clocks have shown until then: what was shown is not undone by putting them back. */
const shownOf = (timeZone: string, fromMs: number, minutes: number): readonly number[] => {
  const clock = clockOf(timeZone);
  const shown: number[] = [];
  let latest = -Infinity;
  for (let ms = fromMs - BEFORE_MS; ms < fromMs + minutes * MINUTE_MS; ms += MINUTE_MS) {
    latest = Math.max(latest, clock(ms));
    if (ms >= fromMs) shown.push(latest);
  }
  return shown;
};

const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

const isOpen = (hours: Rotation['hours'], shown: number): boolean => {
  if (hours === undefined) return true;
  const [day, minute] = [Math.floor(shown / DAY_MS), (shown % DAY_MS) / MINUTE_MS];
  const isDay = (of: number) => hours.days === undefined || hours.days.includes(WEEKDAYS[(of + 3) % 7]!);
  const [from, until] = [minutesOf(hours.from), minutesOf(hours.until)];
  if (until > from) return isDay(day) && minute >= from && minute < until;
  return (isDay(day) && minute >= from) || (isDay(day - 1) && minute < until);
};

/** The definition, word by word, of one minute. */
const servesAt = (of: Rotation, shown: number): string | undefined => {
  const length = of.shiftDays === undefined ? (of.shiftHours ?? 0) * HOUR_MS : of.shiftDays * DAY_MS;
  const turn = Math.floor((shown - utc(of.startsAt)) / length);
  return turn >= 0 && isOpen(of.hours, shown) ? of.people[turn % of.people.length] : undefined;
};

/** Days on which clocks change, both ways and in both hemispheres, and at midnight; and zones with none. */
const CHANGES: readonly (readonly [string, string])[] = [
  ['Europe/Berlin', '2026-03-28'],
  ['Europe/Berlin', '2026-10-24'],
  ['America/New_York', '2026-03-07'],
  ['America/New_York', '2026-10-31'],
  ['America/Santiago', '2026-04-04'],
  ['America/Santiago', '2026-09-05'],
  ['Pacific/Auckland', '2026-04-04'],
  ['Pacific/Auckland', '2026-09-26'],
  ['Australia/Lord_Howe', '2026-04-04'],
  ['Australia/Lord_Howe', '2026-10-03'],
  ['Asia/Kolkata', '2026-05-01'],
  ['Pacific/Apia', '2011-12-29'],
];
const WALKED_MINUTES = 3 * 1_440;

const timeOfDay = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '15', '30', '47'))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}`);
const rotationArbitrary = (before: number) =>
  fc
    .record({
      people: fc.shuffledSubarray(['ann', 'bob', 'cat', 'dan'], { minLength: 1 }),
      day: fc.integer({ min: -40, max: 1 }),
      time: timeOfDay,
      turn: fc.oneof(
        fc.integer({ min: 1, max: 40 }).map((shiftHours) => ({ shiftHours })),
        fc.integer({ min: 1, max: 9 }).map((shiftDays) => ({ shiftDays })),
      ),
      hours: fc.option(
        fc.record(
          { days: fc.subarray([...WEEKDAYS], { minLength: 1 }), from: timeOfDay, until: timeOfDay },
          { requiredKeys: ['from', 'until'] },
        ),
        { nil: undefined },
      ),
    })
    .map(({ people, day, time, turn, hours }): Rotation => {
      const startsAt = `${new Date(before + day * DAY_MS).toISOString().slice(0, 10)}T${time}`;
      return { people, startsAt, ...turn, ...(hours && { hours }) };
    });
const caseArbitrary = fc.constantFrom(...CHANGES).chain(([timeZone, date]) => {
  const fromMs = Date.parse(`${date}T00:00:00Z`);
  const minute = fc.integer({ min: -200, max: WALKED_MINUTES + 200 });
  return fc.record({
    timeZone: fc.constant(timeZone),
    fromMs: fc.constant(fromMs),
    rotations: fc.array(rotationArbitrary(fromMs), { minLength: 1, maxLength: 4 }),
    overrides: fc.array(
      fc.tuple(minute, minute).map(([from, length]) => ({
        scheduleOverrideId: `o${from}`,
        schedule: 'primary',
        person: 'eve',
        fromMs: fromMs + from * MINUTE_MS,
        untilMs: fromMs + (from + 1 + Math.abs(length)) * MINUTE_MS,
      })),
      { maxLength: 2 },
    ),
  });
});

describe('shifts of any schedule around a change of the clocks', () => {
  const known = new Map<string, readonly number[]>();
  const walked = (timeZone: string, fromMs: number): readonly number[] => {
    const key = `${timeZone} ${fromMs}`;
    const shown = known.get(key) ?? shownOf(timeZone, fromMs, WALKED_MINUTES);
    known.set(key, shown);
    return shown;
  };

  it('name, minute by minute, whom a walk over local time names, and tile the time', () => {
    const property = fc.property(caseArbitrary, ({ timeZone, fromMs, rotations, overrides }) => {
      const untilMs = fromMs + WALKED_MINUTES * MINUTE_MS;
      const found = shiftsOf({ schedule: 'primary', timeZone, rotations }, overrides, { fromMs, untilMs });
      const atMinute = found.flatMap((shift) =>
        Array.from({ length: (shift.untilMs - shift.fromMs) / MINUTE_MS }, () => shift.person),
      );
      const expected = walked(timeZone, fromMs).map((shown, minute) => {
        const at = fromMs + minute * MINUTE_MS;
        if (overrides.some((each) => each.fromMs <= at && at < each.untilMs)) return 'eve';
        return rotations
          .toReversed()
          .reduce<string | undefined>((who, each) => who ?? servesAt(each, shown), undefined);
      });
      expect(atMinute).toEqual(expected);
      expect(found[0]?.fromMs).toBe(fromMs);
      expect(found.at(-1)?.untilMs).toBe(untilMs);
      for (const [index, shift] of found.slice(1).entries()) expect(shift.fromMs).toBe(found[index]?.untilMs);
    });
    fc.assert(property, { numRuns: 400 });
  });

  it('are the same however the time is cut', () => {
    const property = fc.property(caseArbitrary, fc.integer({ min: 1, max: WALKED_MINUTES - 1 }), (one, minute) => {
      const { timeZone, fromMs, rotations, overrides } = one;
      const cutMs = fromMs + minute * MINUTE_MS;
      const untilMs = fromMs + WALKED_MINUTES * MINUTE_MS;
      const of: Schedule = { schedule: 'primary', timeZone, rotations };
      const whole = shiftsOf(of, overrides, { fromMs, untilMs });
      const at = whole.find((shift) => shift.fromMs <= cutMs && cutMs < shift.untilMs);
      expect(shiftsOf(of, overrides, { fromMs: cutMs, untilMs })[0]).toEqual({ ...at, fromMs: cutMs });
      expect(personAt(of, overrides, cutMs)).toBe(at?.person);
    });
    fc.assert(property, { numRuns: 400 });
  });
});
