import { event, LINK_MS_MAX, type ReplyAction, signActLink, streamOf } from '#contracts';
import { createEscalationRepository, createIncidentRepository } from '#store';
import { TEST_LINK_SECRET } from '#testing';
import { NOW_MS } from '../api.fixture.js';
import { AnsweredApi } from './replies.fixture.js';

const HOUR_MS = 3_600_000;

let api: AnsweredApi;
beforeEach(async () => {
  api = await AnsweredApi.serve();
});
afterEach(() => api.served.end());

const press = async (action: ReplyAction, person = 'alice') => {
  const { incidentId } = api;
  const link = { incidentId, actions: [action], person, expiresAtMs: NOW_MS + LINK_MS_MAX };
  const url = `${api.served.url}/act/${signActLink(TEST_LINK_SECRET, link)}`;
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams({ action }) });
  return { status: response.status, html: await response.text() };
};

describe('a page that is silenced', () => {
  const silenced = async () => (await api.silences()).map(({ where }) => where);

  it('mutes each of its alerts where that is, and their rules nowhere else', async () => {
    await api.openIncident();
    await api.joins('region', 'eu-central');
    expect((await press('silence')).html).toContain('its alerts page nobody for an hour (silences s-');
    const selectors = await silenced();
    expect(selectors).toHaveLength(2);
    expect(selectors).toEqual(
      expect.arrayContaining([
        { rule: ['dns_resolution_success_rate'], release: ['v2.1.5+c42'], region: ['us-east'] },
        { rule: ['external:prometheus:DiskFull'], region: ['eu-central'] },
      ]),
    );
  });

  it('mutes nothing where an alert is about no place in particular', async () => {
    await api.openIncident();
    await api.joins('fleet', 'fleet');
    expect(await press('silence')).toMatchObject({
      status: 409,
      html: expect.stringContaining('would mute the rule everywhere'),
    });
    expect(await silenced()).toEqual([]);
  });

  it('calls nobody either for that hour', async () => {
    await api.loadPlan();
    await api.openIncident();
    const row = () => createEscalationRepository(api.served.db.database).findRow(api.incidentId);
    expect(await row()).toMatchObject({ state: 'running', dueAt: NOW_MS + 240_000 });
    expect((await press('silence')).html).toContain('nobody is called for it until then');
    expect(await row()).toMatchObject({ state: 'snoozed', heldBy: 'link:alice', dueAt: NOW_MS + HOUR_MS });
  });
});

describe('an answer that it is over', () => {
  it('while Tocsin acts: it stays open until that ends, and is taken on', async () => {
    await api.openIncident();
    const [decided] = await api.toldIn(streamOf.rollback('rb1'));
    if (decided?.type !== 'RollbackDecided') throw new Error('the story is another one');
    const { incidentId } = api;
    const own = { ...decided.data, rollbackId: 'rb-own', incidentId };
    await api.told(streamOf.rollback('rb-own'), event('RollbackDecided', own));
    await api.ends();
    expect((await press('resolve')).html).toContain('rollback rb-own is under way: it stays open until that ends');
    const row = await createIncidentRepository(api.served.db.database).findRow(incidentId);
    expect(row).toMatchObject({ status: 'acknowledged', owner: 'link:alice' });
  });

  it('while customers are with another provider: it stays open until they are back', async () => {
    await api.openIncident();
    const { incidentId } = api;
    const moved = (fallbackId: string, isDryRun: boolean) =>
      api.told(
        streamOf.fallback(fallbackId),
        event('FallbackDecided', {
          fallbackId,
          incidentId,
          customerId: 'delta',
          provider: 'cloudflare_dns',
          isDryRun,
          because: 'success 80 %',
          at: NOW_MS,
        }),
      );
    await api.ends();
    await moved('fb1', true);
    expect((await press('resolve')).html).toContain('Done: it is over.');
    await moved('fb2', false);
    expect((await press('resolve', 'bob')).html).toContain('with another provider: it stays open until they are back');
  });
});
