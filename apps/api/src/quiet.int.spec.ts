import { event, ruleSetSchema, SILENCE_DELAY_MS, streamOf } from '#contracts';
import { NOW_MS, type ServedApi, serveApi } from './api.fixture.js';

const HOUR_MS = 3_600_000;
const EARLIEST_MS = NOW_MS + SILENCE_DELAY_MS;

describe('silences and maintenance over HTTP', () => {
  let api: ServedApi;
  let operator: string;
  beforeAll(async () => {
    api = await serveApi();
    operator = await api.as('operator');
  });
  afterAll(() => api.end());

  const wanted = (changes: Readonly<Record<string, unknown>> = {}) => ({
    where: { region: ['us-*'] },
    durationMs: HOUR_MS,
    comment: 'peering is moved',
    ...changes,
  });
  const add = (body: unknown) => api.send('POST', '/v1/silences', operator, body);

  it('a silence is set with its author, mutes some seconds later, and is expired early', async () => {
    const { status, body } = await add(wanted());
    expect(status).toBe(201);
    expect(body).toMatchObject({
      silence: {
        startsAt: EARLIEST_MS,
        endsAt: EARLIEST_MS + HOUR_MS,
        createdBy: expect.stringContaining('operator'),
        comment: 'peering is moved',
        status: 'pending',
        hasMatched: null,
      },
    });
    const { silenceId } = body['silence'] as unknown as { silenceId: string };
    const path = `/v1/silences/${silenceId}`;
    const expired = await api.send('DELETE', path, operator);
    expect(expired).toMatchObject({ status: 200, body: { silence: { endsAt: EARLIEST_MS, status: 'pending' } } });
    // Again changes nothing: it ends in a moment anyway.
    expect(await api.send('DELETE', path, operator)).toMatchObject({ status: 200 });
    const events = await api.parts.eventStore.readStream(streamOf.silence(silenceId));
    expect(events.map(({ event: { type } }) => type)).toEqual(['SilenceCreated', 'SilenceExpired']);
    const { body: list } = await api.send('GET', '/v1/silences', await api.as('viewer'));
    expect(list['silences']).toMatchObject([{ silenceId, expiredBy: expect.stringContaining('operator') }]);
    expect(await api.send('DELETE', '/v1/silences/none', operator)).toMatchObject({ status: 404 });
  });

  it.each([
    ['without a comment', wanted({ comment: ' ' })],
    ['that fits everything', wanted({ where: {} })],
    ['with a label that nothing has', wanted({ where: { planet: ['mars'] } })],
    ['longer than a week', wanted({ durationMs: 8 * 24 * HOUR_MS })],
    ['longer than a week, by its end', wanted({ durationMs: undefined, endsAtMs: NOW_MS + 8 * 24 * HOUR_MS })],
    ['that ended', wanted({ durationMs: undefined, endsAtMs: NOW_MS })],
    ['without an end', wanted({ durationMs: undefined })],
    ['in a year', wanted({ startsAtMs: NOW_MS + 365 * 24 * HOUR_MS })],
  ])('one %s is refused', async (_what, body) => {
    expect(await add(body)).toMatchObject({ status: 422, body: { code: 'BODY_INVALID' } });
  });

  it('more than 200 that stand are refused', async () => {
    const created = (silenceId: string) =>
      event('SilenceCreated', {
        silenceId,
        where: { node: ['n1'] },
        startsAtMs: NOW_MS,
        endsAtMs: NOW_MS + HOUR_MS,
        by: 'user:ana',
        comment: 'x',
        at: NOW_MS,
      });
    const many = Array.from({ length: 200 }, (_, index) => `many-${index}`);
    const streams = many.map((id) => ({ stream: streamOf.silence(id), expectedVersion: 0, events: [created(id)] }));
    await api.parts.eventStore.append(streams, { actor: 'user:ana', cause: 'test' });
    expect(await add(wanted())).toMatchObject({ status: 409, body: { code: 'SILENCES_TOO_MANY' } });
  });

  it('B16: maintenance is listed with its next occurrences', async () => {
    const maintenance = [
      { name: 'thursday', timeZone: 'UTC', days: ['thu'], startsAt: '11:40', durationMs: HOUR_MS },
      { name: 'once', timeZone: 'UTC', date: '2021-07-21', startsAt: '11:40', durationMs: HOUR_MS },
    ];
    const ruleSet = ruleSetSchema.parse({ rules: [], maintenance });
    const loaded = { version: 1, sha256: 'ab'.repeat(32), source: 'x', fromTick: 0, ruleSet, at: NOW_MS };
    const append = { stream: streamOf.rules, expectedVersion: 0, events: [event('RulesLoaded', loaded)] };
    await api.parts.eventStore.append([append], { actor: 'rules', cause: 'test' });
    const { body } = await api.send('GET', '/v1/maintenance', operator);
    const startsAt = Date.UTC(2021, 6, 22, 11, 40);
    expect(body).toMatchObject({
      windows: [
        {
          name: 'thursday',
          next: [
            { startsAt, endsAt: startsAt + HOUR_MS, isOpen: true },
            { startsAt: startsAt + 168 * HOUR_MS, isOpen: false },
            { startsAt: startsAt + 336 * HOUR_MS, isOpen: false },
          ],
        },
        { name: 'once', next: [] },
      ],
      occurrences: [],
    });
  });
});
