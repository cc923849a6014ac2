import { event, type Event } from '#contracts';
import { createIncidentRepository } from '#store';
import { CalledIncident, impactOf, level, planOf } from './called-incident.fixture.js';

const MINUTE_MS = 60_000;

describe('an incident that asks for more than the first level', () => {
  let called: CalledIncident;
  beforeEach(async () => {
    called = await CalledIncident.open();
  });
  afterEach(() => called.close());

  const levels = [level(4 * MINUTE_MS, 'alice'), level(5 * MINUTE_MS, 'bob'), level(15 * MINUTE_MS, 'vera')];
  const declared = (): Event =>
    event('IncidentDeclared', { incidentId: 'in1', priority: 'P0', because: 'critical', at: called.at() });
  const worsens = (score: number): Promise<void> =>
    called.tells(event('IncidentImpactChanged', { incidentId: 'in1', impact: impactOf(score), at: called.at() }));
  const row = async () => (await createIncidentRepository(called.world.db.database).findRow('in1'))!;

  it('R48: one that opens as a P0 calls the first level as well, and those between', async () => {
    await called.loads(planOf({ levels, raises: [{ priority: 'P0', toLevel: 3 }] }));
    await called.opens(declared());
    expect(await called.told()).toEqual(['alice trigger in1', 'bob escalate in1:call-2', 'vera escalate in1:call-3']);
    const pages = (await called.world.deliveries()).map(({ body }) => body['escalation']);
    expect(pages[0]).toEqual({ to: 'level 3', because: 'policy dns: P0' });
  });

  it('R24: one that becomes worse calls the levels between as well', async () => {
    await called.loads(planOf({ levels, raises: [{ impactScore: 1_000, toLevel: 3 }] }));
    await called.opens();
    await worsens(1_200);
    expect((await called.told()).slice(2)).toEqual(['bob escalate in1:call-2', 'vera escalate in1:call-3']);
  });

  it('R47: a raise passes over a level that reaches nobody, and says so', async () => {
    const gap = { call: [{ person: 'zoe' }], waitMs: 1 };
    await called.loads(planOf({ levels: [levels[0]!, gap, levels[2]!], raises: [{ priority: 'P0', toLevel: 3 }] }));
    await called.opens(declared());
    expect(await called.told()).toEqual(['alice trigger in1', 'vera escalate in1:call-2']);
    expect((await called.world.deliveries())[0]?.body['escalation']).toEqual({
      to: 'level 3',
      because: 'policy dns: P0; level 2 reaches nobody',
    });
  });

  it('where the raise alone reaches nobody, the first level has its time', async () => {
    const gap = { call: [{ person: 'zoe' }], waitMs: 1 };
    await called.loads(planOf({ levels: [levels[0]!, gap], raises: [{ priority: 'P0', toLevel: 2 }], repeats: 1 }));
    await called.opens(declared());
    expect(await called.told()).toEqual(['alice trigger in1']);
  });

  it('one that somebody has is open again with a raise, and its page asks for an answer', async () => {
    await called.loads(planOf({ raises: [{ impactScore: 1_000, toLevel: 2 }] }));
    await called.opens();
    await called.acknowledges('operator:alice');
    expect(await row()).toMatchObject({ status: 'acknowledged', owner: 'operator:alice' });
    await worsens(1_200);
    expect(await row()).toMatchObject({ status: 'open', owner: null, acknowledgedBy: 'operator:alice' });
    const [page] = await called.world.deliveries();
    expect(page).toMatchObject({ person: 'bob', action: 'escalate', body: { status: 'open' } });
    expect(page?.body).not.toHaveProperty('acknowledgedBy');
  });

  it('a page names who has it, with their own words alone', async () => {
    await called.loads(planOf());
    await called.opens();
    await called.tells(
      event('IncidentAcknowledged', { incidentId: 'in1', by: 'alice', note: 'looking', at: called.at() }),
      event('IncidentHandedOver', { incidentId: 'in1', by: 'alice', to: 'bob', note: 'yours', at: called.at() }),
      event('IncidentAcknowledged', { incidentId: 'in1', by: 'bob', note: 'mine', at: called.at() }),
    );
    await worsens(100);
    const [update] = await called.world.deliveries();
    expect(update).toMatchObject({ action: 'update', body: { acknowledgedBy: 'bob' } });
    expect(update?.body).not.toHaveProperty('note');
    expect(await row()).toMatchObject({ acknowledgedBy: 'alice', note: 'looking', owner: 'bob' });
  });

  it('whoever gives it away first has answered', async () => {
    await called.loads(planOf());
    await called.opens();
    await called.tells(
      event('IncidentHandedOver', { incidentId: 'in1', by: 'alice', to: 'bob', note: 'yours', at: called.at() }),
    );
    expect(await row()).toMatchObject({
      acknowledgedAt: called.at(),
      acknowledgedBy: 'alice',
      note: 'yours',
      owner: 'bob',
    });
  });
});
