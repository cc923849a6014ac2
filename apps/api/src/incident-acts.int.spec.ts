import { event, type Event, type OnCallPlan, streamOf } from '#contracts';
import { NOW_MS, type ServedApi, serveApi, tellStory } from './api.fixture.js';

const HALF_AN_HOUR_MS = 1_800_000;

/** Ann by pager; Zoe by a channel that is not set up. */
const planOf = (acknowledgedForMs: number | null): OnCallPlan => ({
  people: [
    { person: 'ann', contacts: [{ channel: 'pagerduty' }] },
    { person: 'zoe', contacts: [{ channel: 'pigeon' }] },
  ],
  schedules: [],
  policies: [
    {
      policy: 'default',
      levels: [{ call: [{ person: 'ann' }], waitMs: 240_000 }],
      repeats: 1,
      raises: [],
      acknowledgedForMs,
    },
  ],
});

describe('what people do with an incident that somebody is called for', () => {
  let api: ServedApi;
  let operator: string;
  beforeEach(async () => {
    api = await serveApi();
    operator = await api.as('operator');
  });
  afterEach(() => api.end());

  const append = async (stream: string, told: Event): Promise<void> => {
    const { eventStore } = api.parts;
    const expectedVersion = (await eventStore.readStream(stream)).length;
    const result = await eventStore.append([{ stream, expectedVersion, events: [told] }], { actor: 'x', cause: 'x' });
    expect(result).not.toHaveProperty('conflict');
  };
  /** The story, while a plan is in force. */
  const tellCalled = async (acknowledgedForMs: number | null = HALF_AN_HOUR_MS): Promise<void> => {
    const plan = planOf(acknowledgedForMs);
    const loaded = { version: 1, sha256: 'a'.repeat(64), source: 'x', plan, at: NOW_MS };
    await append(streamOf.onCall, event('OnCallLoaded', loaded));
    await tellStory(api);
  };
  const post = (act: string, body: unknown) => api.send('POST', `/v1/incidents/in1/${act}`, operator, body);
  const typesTold = async (): Promise<readonly string[]> =>
    (await api.parts.eventStore.readStream(streamOf.incident('in1'))).slice(1).map(({ event: { type } }) => type);
  const handsOver = (to = 'ann') => post('hand-over', { to, note: 'yours' });
  const acknowledges = () => post('acknowledge', { note: 'mine' });

  it('a hand-over is made once, and again in the same words when it has run out', async () => {
    await tellCalled();
    expect(await handsOver()).toMatchObject({ status: 200, body: { incident: { owner: 'ann' } } });
    await handsOver();
    expect(await typesTold()).toEqual(['IncidentHandedOver']);
    const resumed = { incidentId: 'in1', level: 1, round: 0, because: 'ann had it', dueAtMs: NOW_MS, at: NOW_MS };
    await append(streamOf.escalation('in1'), event('EscalationResumed', resumed));
    await handsOver();
    expect(await typesTold()).toEqual(['IncidentHandedOver', 'IncidentHandedOver']);
  });

  it('a hand-over to whoever is not reached is refused: the others would be called no more', async () => {
    await tellCalled();
    for (const [to, why] of [
      ['zoe', 'zoe cannot be reached: channel pigeon is not set up'],
      ['eve', 'eve cannot be reached: eve is not in the plan'],
    ] as const)
      expect(await handsOver(to)).toMatchObject({
        status: 422,
        body: { code: 'BODY_INVALID', errors: [{ pointer: '/to', detail: why }] },
      });
    expect(await typesTold()).toEqual([]);
  });

  it('who gave it away takes it back in the same words', async () => {
    await tellCalled(null);
    await acknowledges();
    await handsOver();
    expect(await acknowledges()).toMatchObject({ body: { incident: { owner: 'operator:test operator' } } });
    await acknowledges();
    expect(await typesTold()).toEqual(['IncidentAcknowledged', 'IncidentHandedOver', 'IncidentAcknowledged']);
  });

  it('who acknowledges again before the time is over has it for as long again', async () => {
    await tellCalled();
    await acknowledges();
    await api.clock.advance(HALF_AN_HOUR_MS - 1);
    expect(await acknowledges()).toMatchObject({ status: 200 });
    const { body } = await api.send('GET', '/v1/incidents/in1', operator);
    expect(body).toMatchObject({ escalation: { state: 'acknowledged', nextAt: NOW_MS + 2 * HALF_AN_HOUR_MS - 1 } });
  });

  it('a snooze is taken where somebody is called, and refused where nobody is', async () => {
    const snoozes = () => post('snooze', { durationMs: 60_000, comment: 'busy' });
    await tellStory(api);
    expect(await snoozes()).toMatchObject({ status: 409, body: { code: 'ESCALATION_NONE' } });
    expect(await typesTold()).toEqual([]);
    await api.end();
    api = await serveApi();
    operator = await api.as('operator');
    await tellCalled();
    expect(await snoozes()).toMatchObject({ status: 200, body: { incident: { snoozedUntil: NOW_MS + 60_000 } } });
  });
});
