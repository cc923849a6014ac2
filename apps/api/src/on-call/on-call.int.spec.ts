import { event, type EventData, onCallPlanSchema, streamOf } from '#contracts';
import { createChannelRepository, createOnCallRepository } from '#store';
import { onCallTurns } from '#testing';
import { NOW_MS, type ServedApi, serveApi } from '../api.fixture.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Who is reached by what; at NOW_MS it is 13:50 in Berlin. */
const contactsOf = (person: string) =>
  person === 'ann'
    ? [{ channel: 'pagerduty' }, { channel: 'email', address: 'ann@example.com' }]
    : [{ channel: 'webhook' }];
const planOf = (changes: Readonly<Record<string, unknown>> = {}) => ({ ...onCallTurns(contactsOf), ...changes });
const NINE = Date.UTC(2021, 6, 23, 7);

describe('who is called, over HTTP', () => {
  let api: ServedApi;
  let admin: string;
  let operator: string;
  beforeAll(async () => {
    api = await serveApi();
    admin = await api.as('admin');
    operator = await api.as('operator');
    for (const name of ['pagerduty', 'webhook']) await createChannelRepository(api.db.database).register(name, 'page');
  });
  afterAll(() => api.end());

  const load = (plan: unknown, more = {}) => api.send('POST', '/v1/on-call', admin, { plan, ...more });
  /** What a dispatcher would append. */
  const appendLoaded = async (loaded: Omit<EventData<'OnCallLoaded'>, 'sha256' | 'at'>) => {
    const expectedVersion = await createOnCallRepository(api.db.database).versionOf('on-call');
    const events = [event('OnCallLoaded', { ...loaded, sha256: 'a'.repeat(64), at: NOW_MS })];
    await api.parts.eventStore.append([{ stream: streamOf.onCall, expectedVersion, events }], {
      actor: 'x',
      cause: 'x',
    });
  };
  const onCall = async () => (await api.send('GET', '/v1/on-call', operator)).body;

  it('without a plan says so, and takes no override', async () => {
    expect(await onCall()).toMatchObject({ plan: null, schedules: [], policies: [], gaps: [] });
    expect(await api.send('GET', '/v1/on-call/plan', operator)).toMatchObject({ status: 404 });
    const wanted = { schedule: 'primary', person: 'ann', untilMs: NOW_MS + HOUR_MS, comment: 'x' };
    expect(await api.send('POST', '/v1/on-call/overrides', operator, wanted)).toMatchObject({
      status: 409,
      body: { code: 'ON_CALL_UNSET' },
    });
  });

  it('R47: a plan with a gap is refused with its place; a check tells the same and loads nothing', async () => {
    const rotations = [{ people: ['ann'], startsAt: '2021-07-22T15:00', shiftDays: 1 }];
    const plan = planOf({ schedules: [{ schedule: 'primary', timeZone: 'Europe/Berlin', rotations }] });
    const detail = 'nobody is on call now until 2021-07-22 15:00 Europe/Berlin, for 1 h 10 min';
    const errors = [{ pointer: '/plan/schedules/0/rotations', detail }];
    expect(await load(plan)).toMatchObject({ status: 422, body: { code: 'PLAN_INVALID', errors } });
    expect(await api.send('POST', '/v1/on-call/check', operator, { plan })).toMatchObject({
      status: 200,
      body: { errors },
    });
    expect(await onCall()).toMatchObject({ plan: null });
  });

  it('a check needs who operates, and a plan with too many turns is not looked through', async () => {
    const rotations = [{ people: ['ann'], startsAt: '2021-07-22T09:00', shiftHours: 1 }];
    const schedules = Array.from({ length: 12 }, (_, at) => ({ schedule: `s${at}`, timeZone: 'UTC', rotations }));
    const check = async (role: 'viewer' | 'operator') =>
      api.send('POST', '/v1/on-call/check', await api.as(role), { plan: planOf({ schedules }) });
    expect(await check('viewer')).toMatchObject({ status: 403 });
    expect(await check('operator')).toMatchObject({
      status: 200,
      body: {
        errors: expect.arrayContaining([
          { pointer: '/plan/schedules', detail: expect.stringContaining('105408 turns') },
        ]),
      },
    });
  });

  it('a key that is written wrong is told, and what is no plan', async () => {
    const [policy] = planOf().policies;
    const wrong = planOf({ policies: [{ ...policy, whenn: { severities: ['critical'] } }] });
    expect(await load(wrong)).toMatchObject({
      status: 422,
      body: { code: 'BODY_INVALID', errors: [{ pointer: '/plan/policies/0/whenn' }] },
    });
    expect(await load(planOf({ people: 'ann' }))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/plan/people' }] },
    });
    expect(await load(undefined)).toMatchObject({ status: 422, body: { errors: [{ pointer: '/plan' }] } });
  });

  it('R47: a plan is loaded, and says who is on call, until when, who follows and whom each level calls', async () => {
    expect(await load(planOf())).toMatchObject({
      status: 201,
      body: {
        plan: { version: 1, isFile: false, source: expect.stringContaining('admin') },
        warnings: expect.arrayContaining([
          { pointer: '/plan/people/0/contacts/1/channel', detail: 'there is no channel email' },
        ]),
      },
    });
    expect(await onCall()).toMatchObject({
      plan: { version: 1 },
      schedules: [
        {
          schedule: 'primary',
          person: 'ann',
          untilMs: NINE,
          next: { person: 'bob', fromMs: NINE },
          scheduleOverrideId: null,
        },
      ],
      policies: [
        {
          policy: 'default',
          levels: [
            {
              level: 1,
              // As the page would go: a channel that is not set up reaches nobody.
              reached: [{ person: 'ann', channel: 'pagerduty' }],
              nobody: ['channel email is not set up'],
            },
            { level: 2, reached: [{ person: 'vera', channel: 'webhook' }], nobody: [] },
          ],
        },
      ],
      gaps: [],
    });
    // What is in force is not loaded again.
    expect(await load(planOf())).toMatchObject({ status: 201, body: { plan: { version: 1 } } });
    expect(await api.send('GET', '/v1/on-call/plan', operator)).toMatchObject({
      status: 200,
      body: { plan: planOf() },
    });
  });

  it('shifts are told for a time', async () => {
    const shifts = (query: string) => api.send('GET', `/v1/on-call/schedules/primary${query}`, operator);
    const { body } = await shifts('?from=2021-07-22T12:00:00Z&to=2021-07-24T12:00:00Z');
    expect(body).toMatchObject({
      timeZone: 'Europe/Berlin',
      shifts: [
        { person: 'ann', fromMs: Date.UTC(2021, 6, 22, 12), untilMs: NINE },
        { person: 'bob', fromMs: NINE, untilMs: NINE + DAY_MS },
        { person: 'ann', untilMs: Date.UTC(2021, 6, 24, 12) },
      ],
      gaps: [],
    });
    expect((await shifts('')).body).toMatchObject({ fromMs: NOW_MS, untilMs: NOW_MS + 14 * DAY_MS });
    expect(await shifts('?from=2021-07-22T12:00:00Z&to=2022-07-22T12:00:00Z')).toMatchObject({ status: 400 });
    expect(await api.send('GET', '/v1/on-call/schedules/none', operator)).toMatchObject({ status: 404 });
  });

  it('somebody takes a place, and gives it back', async () => {
    const wanted = { schedule: 'primary', person: 'vera', untilMs: NOW_MS + 2 * HOUR_MS, comment: 'a dentist' };
    const { status, body } = await api.send('POST', '/v1/on-call/overrides', operator, wanted);
    expect([status, body]).toMatchObject([
      201,
      {
        override: { ...wanted, fromMs: NOW_MS, madeBy: expect.stringContaining('operator') },
        fills: [],
        opens: [],
        gaps: [],
      },
    ]);
    const { scheduleOverrideId } = body['override'] as unknown as { scheduleOverrideId: string };
    const back = { person: 'ann', fromMs: NOW_MS + 2 * HOUR_MS };
    expect(await onCall()).toMatchObject({
      schedules: [{ person: 'vera', scheduleOverrideId, untilMs: back.fromMs, next: back }],
      overrides: [{ scheduleOverrideId }],
    });
    const path = `/v1/on-call/overrides/${scheduleOverrideId}`;
    expect(await api.send('DELETE', path, operator)).toMatchObject({
      status: 200,
      body: { override: { withdrawnAt: NOW_MS }, opens: [] },
    });
    expect(await api.send('DELETE', path, operator)).toMatchObject({ status: 200 });
    expect(await api.send('DELETE', '/v1/on-call/overrides/none', operator)).toMatchObject({ status: 404 });
    expect(await onCall()).toMatchObject({ schedules: [{ person: 'ann' }], overrides: [] });
    const events = await api.parts.eventStore.readStream(streamOf.onCall);
    expect(events.map(({ event: { type } }) => type)).toEqual([
      'OnCallLoaded',
      'ScheduleOverridden',
      'ScheduleOverrideWithdrawn',
    ]);
    expect(await api.send('POST', '/v1/on-call/overrides', operator, { ...wanted, person: 'zoe' })).toMatchObject({
      status: 422,
      body: { code: 'BODY_INVALID' },
    });
  });

  it('GraphQL says and does the same', async () => {
    const asked = await api.ask(
      '{ onCall { plan { version } schedules { person until next { person } } policies { policy levels { level } } gaps { schedule } warnings { detail } } }',
      operator,
    );
    expect(asked.body).toMatchObject({
      data: {
        onCall: {
          plan: { version: 1 },
          schedules: [{ person: 'ann', until: new Date(NINE).toISOString(), next: { person: 'bob' } }],
          gaps: [],
        },
      },
    });
    const made = await api.ask(
      `mutation { overrideSchedule(input: { schedule: "primary", person: "bob", until: "${new Date(NOW_MS + HOUR_MS).toISOString()}", comment: "x" }) {
        schedule { override { scheduleOverrideId person } fills { from } } userErrors { code }
      } }`,
      operator,
    );
    expect(made.body).toMatchObject({
      data: { overrideSchedule: { schedule: { override: { person: 'bob' }, fills: [] }, userErrors: [] } },
    });
    const { override } = (
      made.body['data'] as unknown as { overrideSchedule: { schedule: { override: { scheduleOverrideId: string } } } }
    ).overrideSchedule.schedule;
    const ended = await api.ask(
      `mutation { withdrawScheduleOverride(input: { scheduleOverrideId: "${override.scheduleOverrideId}" }) { schedule { override { withdrawnBy } } } }`,
      operator,
    );
    expect(ended.body).toMatchObject({
      data: {
        withdrawScheduleOverride: { schedule: { override: { withdrawnBy: expect.stringContaining('operator') } } },
      },
    });
  });

  it('a plan that stands in a file is not replaced unawares', async () => {
    await appendLoaded({ version: 2, source: 'on-call.yml', isFile: true, plan: onCallPlanSchema.parse(planOf()) });
    expect(await load(planOf())).toMatchObject({ status: 409, body: { code: 'ON_CALL_IN_FILE' } });
    expect(await load(planOf(), { replacesFile: true })).toMatchObject({
      status: 201,
      body: { plan: { version: 3, isFile: false } },
    });
    expect(await api.send('POST', '/v1/on-call/reload', admin)).toMatchObject({ status: 202, body: { asked: true } });
    expect(await onCall()).toMatchObject({ lastReload: { askedAt: NOW_MS, refusedAt: null } });
  });

  it('R47: an override that fills a gap says so, and one that is withdrawn says what it opens', async () => {
    // Loaded a week ago it was whole; such a plan stays in force when a gap comes.
    const rotations = [{ people: ['ann'], startsAt: '2021-07-23T09:00', shiftDays: 1 }];
    const plan = onCallPlanSchema.parse(
      planOf({ schedules: [{ schedule: 'primary', timeZone: 'Europe/Berlin', rotations }] }),
    );
    await appendLoaded({ version: 4, source: 'x', plan });
    const gap = { schedule: 'primary', fromMs: NOW_MS, untilMs: NINE };
    expect(await onCall()).toMatchObject({ schedules: [{ person: null }], gaps: [gap] });
    const wanted = { schedule: 'primary', person: 'bob', untilMs: NINE, comment: 'I stay' };
    const { body } = await api.send('POST', '/v1/on-call/overrides', operator, wanted);
    expect(body).toMatchObject({ fills: [gap], opens: [], gaps: [] });
    const { scheduleOverrideId } = body['override'] as unknown as { scheduleOverrideId: string };
    expect(await api.send('DELETE', `/v1/on-call/overrides/${scheduleOverrideId}`, operator)).toMatchObject({
      body: { fills: [], opens: [gap], gaps: [gap] },
    });
  });
});
