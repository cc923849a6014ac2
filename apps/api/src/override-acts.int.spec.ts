import { decisionId, event, type Event, type PrincipalRole, streamOf } from '#contracts';
import { rollbackIdOf } from '#domain';
import type { OidcSettings } from '#runtime';
import { FakeClock, TEST_AUDIENCE, TestIssuer } from '#testing';
import { NOW_MS, type ServedApi, serveApi, tellStory } from './api.fixture.js';
import { HURT_CUSTOMERS } from './hurt-customers.fixture.js';

const RAILS = ['rate', 'target'];
const WHOSE = { role: 'customer_success_vp', comment: 'a test' };

const issuerSettings = ({ issuer }: TestIssuer): OidcSettings => ({
  issuer,
  audience: TEST_AUDIENCE,
  jwksUrl: `${issuer}/keys`,
  roleClaim: 'groups',
  groups: [
    ['commanders', 'incident_commander'],
    ['engineering', 'engineering_vp'],
    ['success', 'customer_success_vp'],
  ],
});

describe('rollbacks that people ask for, and what three people open', () => {
  let api: ServedApi;
  let issuer: TestIssuer;
  const clock = new FakeClock(NOW_MS);
  beforeAll(async () => {
    issuer = await TestIssuer.open(clock.nowMs);
  });
  afterAll(() => issuer.close());
  beforeEach(async () => {
    api = await serveApi({}, issuerSettings(issuer));
    await tellStory(api);
    for (const [stream, ...events] of HURT_CUSTOMERS) await tell(stream, ...events);
    const refused = { rollbackId: 'rb9', incidentId: 'in9', because: 'it does not hold', at: NOW_MS - 8_000 };
    await tell(
      streamOf.rollback('rb9'),
      ...[...RAILS, 'kill_switch'].map((rail) => event('RollbackRefused', { ...refused, rail })),
    );
  });
  afterEach(() => api.end());

  const post = async (role: PrincipalRole, path: string, body: unknown) =>
    api.send('POST', `/v1/${path}`, await api.as(role), body);
  const tell = async (stream: string, ...events: readonly Event[]) => {
    const appends = [{ stream, expectedVersion: 0, events }];
    expect(await api.parts.eventStore.append(appends, { actor: 'rules', cause: 'test' })).toHaveProperty('appended');
  };
  const told = async (stream: string) =>
    (await api.parts.eventStore.readStream(stream)).map(({ event: { type }, metadata }) => [type, metadata.actor]);
  const wanted = (changes: object = {}) => ({
    rollbackId: 'rb9',
    rails: RAILS,
    resolutionEtaMs: 10_800_000,
    comment: 'nothing else is left',
    ...changes,
  });
  const ask = (changes: object = {}) => post('operator', 'overrides', wanted(changes));
  const asked = async (): Promise<string> => {
    const { status, body } = await ask();
    expect(status).toBe(201);
    return (body['override'] as unknown as { overrideId: string }).overrideId;
  };
  const vote = (role: PrincipalRole, overrideId: string, isApproved = true) =>
    post(role, `overrides/${overrideId}/votes`, { isApproved, comment: 'I have seen it' });

  it('R52, R53: three keys of three roles grant it; every vote has its actor, the checklist is that of the incident', async () => {
    const overrideId = await asked();
    const votes = ['incident_commander', 'engineering_vp', 'customer_success_vp'] as const;
    for (const role of votes.slice(0, 2))
      expect(await vote(role, overrideId)).toMatchObject({ status: 200, body: { override: { status: 'open' } } });
    expect(await vote('customer_success_vp', overrideId)).toMatchObject({
      status: 200,
      body: {
        override: {
          status: 'granted',
          rails: RAILS,
          checklist: {
            isCritical: true,
            dollarsPerHour: 12_000_000,
            affectedCustomers: 1_200,
            resolutionEtaMs: 10_800_000,
          },
          requestedBy: 'operator:test operator',
          votes: votes.toSorted().map((role) => ({ role, isApproved: true, by: `${role}:test ${role}` })),
        },
      },
    });
    expect(await told(streamOf.override(overrideId))).toEqual([
      ['OverrideRequested', 'operator:test operator'],
      ...votes.map((role) => ['OverrideVoted', `${role}:test ${role}`]),
      ['OverrideGranted', 'customer_success_vp:test customer_success_vp'],
    ]);
    expect(await vote('engineering_vp', overrideId)).toMatchObject({ status: 409, body: { code: 'OVERRIDE_ENDED' } });
  });

  it('R53: one no ends it, a role votes once, a person votes once, and who has no role has no vote', async () => {
    const overrideId = await asked();
    expect(await ask()).toMatchObject({ status: 409, body: { code: 'OVERRIDE_OPEN' } });
    expect(await vote('operator', overrideId)).toMatchObject({ status: 403 });
    expect(await vote('admin', overrideId)).toMatchObject({ status: 403 });
    await vote('engineering_vp', overrideId);
    expect(await vote('engineering_vp', overrideId)).toMatchObject({ status: 409, body: { code: 'VOTE_TWICE' } });
    // The same person with a key of another role.
    const { body } = await post('admin', 'keys', { ...WHOSE, name: 'test engineering_vp' });
    const second = `Bearer ${(body as unknown as { key: string }).key}`;
    expect(
      await api.send('POST', `/v1/overrides/${overrideId}/votes`, second, { isApproved: true, comment: 'again' }),
    ).toMatchObject({ status: 409, body: { code: 'VOTE_TWICE' } });
    expect(await vote('incident_commander', overrideId, false)).toMatchObject({
      body: { override: { status: 'refused' } },
    });
    const listed = await api.send('GET', '/v1/overrides?rollbackId=rb9&status=refused', await api.as('viewer'));
    expect(listed.body).toMatchObject({ overrides: [{ overrideId, votes: [{}, { isApproved: false }] }] });
  });

  it('R53: a token of several roles votes for one of them that it names, once for a person, and for none that it lacks', async () => {
    const overrideId = await asked();
    const voteBy = async (sub: string, groups: readonly string[], role?: string) => {
      const token = `Bearer ${await issuer.token(groups, { claims: { sub } })}`;
      const said = { isApproved: true, comment: 'I have seen it', ...(role === undefined ? {} : { role }) };
      return api.send('POST', `/v1/overrides/${overrideId}/votes`, token, said);
    };
    const both = ['engineering', 'success'];
    expect(await voteBy('ann', both)).toMatchObject({ status: 422, body: { errors: [{ pointer: '/role' }] } });
    expect(await voteBy('ann', both, 'incident_commander')).toMatchObject({
      status: 403,
      body: { code: 'PERMISSION_DENIED' },
    });
    expect(await voteBy('ann', both, 'customer_success_vp')).toMatchObject({
      status: 200,
      body: { override: { status: 'open', votes: [{ role: 'customer_success_vp' }] } },
    });
    // The same person under her other role, and another person under the role that has voted.
    expect(await voteBy('ann', both, 'engineering_vp')).toMatchObject({ status: 409, body: { code: 'VOTE_TWICE' } });
    expect(await voteBy('bob', both, 'customer_success_vp')).toMatchObject({
      status: 409,
      body: { code: 'VOTE_TWICE' },
    });
    expect(await voteBy('bob', both, 'engineering_vp')).toMatchObject({ body: { override: { status: 'open' } } });
    // Who holds one that votes need not name it.
    expect(await voteBy('cy', ['commanders'])).toMatchObject({
      body: {
        override: {
          status: 'granted',
          votes: [{ role: 'customer_success_vp' }, { role: 'engineering_vp' }, { role: 'incident_commander' }],
        },
      },
    });
    const stream = await api.parts.eventStore.readStream(streamOf.override(overrideId));
    expect(
      stream.flatMap(({ event: each, metadata }) =>
        each.type === 'OverrideVoted' ? [[each.data.role, metadata.audit?.subject.split('|').at(-1)]] : [],
      ),
    ).toEqual([
      ['customer_success_vp', 'ann'],
      ['engineering_vp', 'bob'],
      ['incident_commander', 'cy'],
    ]);
  });

  it('R54: what nobody may open, what did not refuse, and a checklist that does not hold are refused', async () => {
    expect(await ask({ rails: ['kill_switch'] })).toMatchObject({ status: 422, body: { code: 'RAIL_NOT_OPENABLE' } });
    expect(await ask({ rails: ['blast_radius'] })).toMatchObject({ status: 422, body: { code: 'RAIL_NOT_OPENABLE' } });
    expect(await ask({ resolutionEtaMs: 7_200_000 })).toMatchObject({ status: 422, body: { code: 'CHECKLIST_UNMET' } });
    expect(await ask({ rollbackId: 'rb1' })).toMatchObject({ status: 409, body: { code: 'ROLLBACK_NOT_REFUSED' } });
    expect(await ask({ rollbackId: 'none' })).toMatchObject({ status: 404 });
    expect(await ask({ comment: '' })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/comment' }] } });
  });

  it('R31: an operator asks for a rollback with a reason; the rules decide it, and the same again says nothing new', async () => {
    const preview = await post('viewer', 'rollouts/ro1/rollback/preview', {});
    expect(preview).toMatchObject({
      status: 200,
      body: {
        preview: {
          from: { softwareVersion: 'v2.1.5' },
          to: { softwareVersion: 'v2.1.4' },
          waves: [1],
          first: ['n1'],
          binding: [
            { rail: 'target', class: 'S', holds: false },
            { rail: 'audience', class: 'X', holds: true },
            { rail: 'kill_switch', class: 'X', holds: true },
          ],
          rollback: null,
        },
      },
    });
    const { rollbackId } = preview.body['preview'] as unknown as { rollbackId: string };
    const request = (role: PrincipalRole, body: unknown) => post(role, 'rollouts/ro1/rollback', body);
    expect(await request('deploy', { comment: 'x' })).toMatchObject({ status: 403 });
    expect(await request('operator', {})).toMatchObject({ status: 422 });
    for (const comment of ['customers call', 'again'])
      expect(await request('operator', { comment })).toMatchObject({
        status: 202,
        body: {
          rollback: { rollbackId, status: 'requested', rolloutId: 'ro1', request: { comment: 'customers call' } },
        },
      });
    expect(await told(streamOf.rollback(rollbackId))).toEqual([['RollbackRequested', 'operator:test operator']]);
    expect(await post('operator', 'rollouts/none/rollback', { comment: 'x' })).toMatchObject({ status: 404 });
  });

  it('B13, R52: what refused stands at its rollout, with what three people could open of it', async () => {
    const attempts = async () => {
      const query = '{ rollout(rolloutId: "ro1") { rollbacks { rollbackId status openableRails refusals { rail } } } }';
      return (await api.ask(query, await api.as('viewer'))).body['data'];
    };
    expect(await attempts()).toEqual({ rollout: { rollbacks: [] } });
    const rollbackId = rollbackIdOf(
      { rolloutId: 'ro1', release: { softwareVersion: 'v2.1.5', configRev: 'c42' } },
      decisionId,
    );
    const refusal = (rail: string, at: number) =>
      event('RollbackRefused', { rollbackId, incidentId: 'in9', rail, because: 'it does not hold', at });
    const wish = { rollbackId, rolloutId: 'ro1', by: 'operator:ann', comment: 'customers call', at: NOW_MS };
    const asked = event('RollbackRequested', wish);
    const before = ['rate', 'mode'].map((rail) => refusal(rail, NOW_MS - 60_000));
    await tell(streamOf.rollback(rollbackId), ...before, asked, refusal('target', NOW_MS + 250));
    const refusals = ['rate', 'mode', 'target'].map((rail) => ({ rail }));
    expect(await attempts()).toEqual({
      rollout: { rollbacks: [{ rollbackId, status: 'refused', openableRails: ['target'], refusals }] },
    });
  });

  it('what was proposed is approved by a person, once', async () => {
    const proposed = { incidentId: 'in9', rolloutId: 'ro1', mode: 'approve' as const, nodes: 1, because: 'it fails' };
    await tell(streamOf.rollback('rb8'), event('RollbackProposed', { rollbackId: 'rb8', ...proposed, at: NOW_MS }));
    const approve = (id: string, role: PrincipalRole = 'admin') =>
      post(role, `rollbacks/${id}/approve`, { comment: 'yes' });
    expect(await approve('rb8', 'operator')).toMatchObject({ status: 403, body: { code: 'PERMISSION_DENIED' } });
    for (let times = 0; times < 2; times += 1)
      expect(await approve('rb8')).toMatchObject({ status: 202, body: { rollback: { approval: { comment: 'yes' } } } });
    expect(await told(streamOf.rollback('rb8'))).toHaveLength(2);
    expect(await approve('rb9')).toMatchObject({ status: 409, body: { code: 'ROLLBACK_NOT_PROPOSED' } });
    expect(await approve('none')).toMatchObject({ status: 404 });
  });
});
