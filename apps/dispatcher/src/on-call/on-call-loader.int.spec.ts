import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { event, onCallPlanSchema, streamOf } from '#contracts';
import { createLogger } from '#runtime';
import { createEventStore, createOnCallRepository, type EventStore, type OnCallRepository } from '#store';
import { FakeClock, openTestDatabase, type TestDatabase, until } from '#testing';
import { createOnCallLoader } from './on-call-loader.js';
import { OnCallWatch } from './on-call-watch.js';
import { readOnCallSettings } from '../on-call.config.js';

const NOW_MS = Date.UTC(2021, 6, 22, 11, 47);
const HOUR_MS = 3_600_000;

const planOf = (wait: string, starts = '2021-01-04 09:00'): string => `people:
  - { person: ann, contacts: [{ channel: pagerduty }] }
  - { person: bob, contacts: [{ channel: slack }] }
schedules:
  - schedule: primary
    time_zone: Europe/Berlin
    rotations: [{ people: [ann, bob], starts: ${starts}, shift: 1w }]
policies:
  - policy: default
    levels: [{ call: [{ schedule: primary }], wait: ${wait} }]
    acknowledged_for: 30m
`;

let db: TestDatabase;
let store: EventStore;
let repository: OnCallRepository;
beforeEach(async () => {
  db = await openTestDatabase();
  store = createEventStore(db.database, () => NOW_MS);
  repository = createOnCallRepository(db.database);
});
afterEach(() => db.close());

const listening = () => {
  const said: string[] = [];
  const say = (...[, text]: readonly unknown[]): void => void said.push(String(text));
  return { said, logger: Object.assign(createLogger('silent'), { warn: say, error: say }) };
};

/** A process: its own copy of the file, and what it said. */
const processWith = (text: string, appending: Pick<EventStore, 'append'> = store) => {
  const path = join(mkdtempSync(join(tmpdir(), 'on-call-')), 'on-call.yml');
  const write = (next: string): void => writeFileSync(path, next);
  write(text);
  const { said, logger } = listening();
  const settings = readOnCallSettings({ ON_CALL: path }, [{ name: 'pagerduty' }], NOW_MS);
  const clock = new FakeClock(NOW_MS);
  const loader = createOnCallLoader({ eventStore: appending, repository, clock, logger, settings: settings! });
  return { loader, path, write, said, clock };
};
const types = async (): Promise<readonly string[]> => (await store.readAll(0, 100)).map(({ event: { type } }) => type);

describe('loading who is called', () => {
  it('a file is the plan in force, held by it, and is not loaded again', async () => {
    const { loader, path, said } = processWith(planOf('5m'));
    await loader.load();
    await loader.load();
    await loader.reload('test');
    expect(await types()).toEqual(['OnCallLoaded']);
    expect(await repository.inForce()).toMatchObject({
      version: 1,
      isFile: true,
      source: path,
      loadedBy: 'dispatcher',
      plan: { policies: [{ levels: [{ waitMs: 300_000 }] }] },
    });
    // A channel that is not configured here is no reason to refuse: the plan may be shared by sites.
    expect(said).toContain('on call: the plan is loaded all the same');
  });

  it('two processes with the same file load it once, and a changed one replaces it as a whole', async () => {
    const [one, other] = [processWith(planOf('5m')), processWith(planOf('5m'))];
    await Promise.all([one.loader.load(), other.loader.load()]);
    expect(await types()).toEqual(['OnCallLoaded']);
    one.write(planOf('10m'));
    await one.loader.reload('test');
    expect(await repository.inForce()).toMatchObject({
      version: 2,
      plan: { policies: [{ levels: [{ waitMs: 600_000 }] }] },
    });
  });

  it('R47: a file with a gap is refused as a whole, with its place, until it says again what is in force', async () => {
    const { loader, write } = processWith(planOf('5m'));
    await loader.load();
    write(planOf('10m', '2021-07-26 09:00'));
    await loader.reload('test');
    expect(loader.refused()).toMatch(
      /^the file is refused, the plan in force stays: .*on-call\.yml:7:16: schedules\.0\.rotations: nobody is on call now until 2021-07-26 09:00 Europe\/Berlin/,
    );
    expect(await repository.inForce()).toMatchObject({ version: 1 });
    expect(await repository.reload()).toMatchObject({ refusedAt: NOW_MS, refusedProblems: [expect.any(String)] });
    await loader.reload('the same again');
    write(planOf('5m'));
    await loader.reload('mended');
    expect(loader.refused()).toBeUndefined();
    expect(await repository.reload()).toMatchObject({ refusedAt: null });
    expect(await types()).toEqual(['OnCallLoaded', 'OnCallRefused', 'OnCallUnchanged']);
  });

  it('reads the file when somebody asks, in whatever process', async () => {
    const { loader, write, clock } = processWith(planOf('5m'));
    await loader.load();
    loader.follow();
    write(planOf('10m'));
    const asked = {
      stream: streamOf.onCallReload,
      expectedVersion: 0,
      events: [event('OnCallReloadAsked', { at: NOW_MS })],
    };
    await store.append([asked], { actor: 'user:ann', cause: 'test' });
    await until('the plan is loaded', async () => {
      await clock.advance(1_000);
      return (await repository.inForce())?.version === 2;
    });
    expect(await types()).toEqual(['OnCallLoaded', 'OnCallReloadAsked', 'OnCallLoaded']);
    await loader.stop();
  });

  it('does what was asked for at the next look, where it fails', async () => {
    let failures = 0;
    const { append } = store;
    const failing: typeof append = (streams, metadata) =>
      metadata.cause !== 'start' && (failures += 1) <= 2
        ? Promise.reject(new Error('the database is away'))
        : append(streams, metadata);
    const { loader, write, clock } = processWith(planOf('5m'), { append: failing });
    await loader.load();
    loader.follow();
    write(planOf('10m'));
    const events = [event('OnCallReloadAsked', { at: NOW_MS })];
    await append([{ stream: streamOf.onCallReload, expectedVersion: 0, events }], { actor: 'user:ann', cause: 'test' });
    await until('the plan is loaded', async () => {
      await clock.advance(1_000);
      return (await repository.inForce())?.version === 2;
    });
    expect(failures).toBe(3);
    await loader.stop();
  });

  it('a file that is wrong at the start stops it, with its place', () => {
    expect(() => processWith(planOf('5m').replace('person: bob', 'person: bop'))).toThrow(
      /ON_CALL: .*on-call\.yml:7:33: schedules\.0\.rotations\.0\.people\.1: there is no person bob; did you mean bop\?/,
    );
    expect(readOnCallSettings({}, [], NOW_MS)).toBeUndefined();
  });
});

describe('the watch for gaps', () => {
  const plan = onCallPlanSchema.parse({
    people: [{ person: 'ann', contacts: [{ channel: 'pagerduty' }] }],
    schedules: [
      {
        schedule: 'primary',
        timeZone: 'Europe/Berlin',
        rotations: [{ people: ['ann'], startsAt: '2021-07-22T15:47', shiftDays: 7 }],
      },
    ],
    policies: [],
  });
  const overridden = (fromMs: number, untilMs: number) =>
    event('ScheduleOverridden', {
      scheduleOverrideId: 'so1',
      schedule: 'primary',
      person: 'ann',
      fromMs,
      untilMs,
      by: 'user:ann',
      comment: 'x',
      at: NOW_MS,
    });

  it('R47: tells one that comes up, once a day in the log, until somebody takes it', async () => {
    const { said, logger } = listening();
    const clock = new FakeClock(NOW_MS);
    const watch = new OnCallWatch({ repository, clock, logger });
    await watch.look();
    expect(watch.gap()).toBeUndefined();
    const loaded = event('OnCallLoaded', { version: 1, sha256: 'a'.repeat(64), source: 'x', plan, at: NOW_MS });
    await store.append([{ stream: streamOf.onCall, expectedVersion: 0, events: [loaded] }], { actor: 'x', cause: 'x' });
    await watch.look();
    await watch.look();
    expect(watch.gap()).toBe('schedule primary names nobody now for 2 h');
    expect(said).toEqual(['on call: schedule primary names nobody now for 2 h']);
    const taken = [overridden(NOW_MS, NOW_MS + HOUR_MS)];
    await store.append([{ stream: streamOf.onCall, expectedVersion: 1, events: taken }], { actor: 'x', cause: 'x' });
    await watch.look();
    expect(watch.gap()).toBe('schedule primary names nobody from 2021-07-22 14:47 Europe/Berlin for 1 h');
    await clock.advance(2 * HOUR_MS);
    await watch.look();
    expect(watch.gap()).toBeUndefined();
    expect(said).toHaveLength(1);
  });
});
