import type { PrincipalRole, Release } from '#contracts';
import type { Answer } from './event-time-server.fixture.js';
import { BAD, fleetOf, GOOD, isSame, LOOK_S, NEXT, OTHER, PLAN, Site } from './rollout-site.fixture.js';

describe('rollouts, from outside, through all roles, in event time', () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.open(fleetOf(4, BAD));
    await site.server.play(LOOK_S);
  }, 60_000);
  afterAll(() => site.close());

  it('R49, R51: a start without its pre-flight is blocked, and the gate says what is missing', async () => {
    expect((await site.declare('ro1', NEXT, GOOD, ['asia-1', 'asia-2', 'us-east-1', 'us-east-2'])).status).toBe(201);
    await site.told('deploy', '/v1/rollouts/ro1/start', {});
    await site.playUntil('the start is blocked', async () =>
      (await site.typesOf('rollout-ro1')).includes('PreflightBlocked'),
    );
    const gate = await site.gate('ro1');
    expect(gate).toMatchObject({ mayProceed: false, isFinal: false, waitsFor: 'preflight', state: 'declared' });
    const items = (gate.missing as readonly { item: string }[]).map(({ item }) => item);
    // The impact needs a whole minute of traffic, and comes by itself.
    expect(items).toEqual(['risk', 'impact', 'target', 'load_test']);
    expect(site.deploys.executed).toEqual([]);
  }, 60_000);

  it('R33–R36: a healthy build goes through every stage by its gate, and a person says the one yes', async () => {
    await site.attest(GOOD);
    await site.completePreflight('ro1');
    await site.approve('ro1');
    expect(await site.gate('ro1', 'canary')).toMatchObject({ verdict: 'promote', mayProceed: true });
    expect(site.deploys.nodesOf('deploy')).toHaveLength(1);
    for (const role of ['deploy', 'operator'] as const) {
      const { status, body } = await site.ask(role, '/v1/rollouts/ro1/approvals', { stage: 'canary' });
      expect([role, status, body.code]).toEqual([role, 403, 'PERMISSION_DENIED']);
    }
    await site.told('incident_commander', '/v1/rollouts/ro1/approvals', { stage: 'canary' });
    await site.playUntil('it is complete', async () => (await site.statusOf('ro1')) === 'completed', 300);
    const promoted = (await site.events()).flatMap(({ event: { type, data } }) =>
      type === 'StagePromoted' ? [data.stage] : [],
    );
    expect(promoted).toEqual(PLAN.stages.map(({ name }) => name));
    expect(await site.gate('ro1')).toMatchObject({ mayProceed: true, state: 'completed', phase: 'watch' });
    expect(site.deploys.nodesOf('deploy').toSorted()).toEqual(['asia-1', 'asia-2', 'us-east-1', 'us-east-2']);
    expect(site.pager.messages).toEqual([]);
  }, 120_000);

  it('RAIL-14: with automation off a rollback that a person asks for commands nothing', async () => {
    const off = { isOn: false, comment: 'we move a rack' };
    expect((await site.ask('operator', '/v1/automation/switch', off)).status).toBe(403);
    expect(await site.told('admin', '/v1/automation/switch', off)).toMatchObject({ automation: { isOn: false } });
    const { preview } = await site.told('operator', '/v1/rollouts/ro1/rollback/preview', {});
    expect(preview.binding).toContainEqual(expect.objectContaining({ rail: 'kill_switch', holds: false }));
    const before = site.deploys.executed.length;
    const asked = await site.ask('operator', '/v1/rollouts/ro1/rollback', { comment: 'customers complain' });
    expect(asked.status).toBe(202);
    const { rollbackId } = asked.body.rollback as { readonly rollbackId: string };
    await site.playUntil('it is refused', async () =>
      (await site.typesOf(`rollback-${rollbackId}`)).includes('RollbackRefused'),
    );
    await site.server.play(LOOK_S);
    expect(site.deploys.executed).toHaveLength(before);
    expect((await site.told('viewer', '/v1/rollbacks')).rollbacks).toMatchObject([{ rollbackId, waves: [] }]);
  }, 60_000);

  it('R31: on again, an operator sees what a rollback would do, asks for it, and it is done', async () => {
    await site.told('admin', '/v1/automation/switch', { isOn: true, comment: 'the rack stands' });
    const { preview } = await site.told('operator', '/v1/rollouts/ro1/rollback/preview', {});
    expect(preview).toMatchObject({ from: NEXT, to: GOOD });
    expect((preview.binding as readonly { holds: boolean }[]).every(({ holds }) => holds)).toBe(true);
    expect((await site.ask('deploy', '/v1/rollouts/ro1/rollback', { comment: 'x' })).status).toBe(403);
    const { rollback } = await site.told('operator', '/v1/rollouts/ro1/rollback', { comment: 'customers complain' });
    expect(rollback.rollbackId).toBe(preview.rollbackId);
    await site.playUntil('it is rolled back', async () => (await site.statusOf('ro1')) === 'rolled_back', 600);
    const commands = site.deploys.executed.filter(({ action }) => action === 'rollback');
    expect(commands.map(({ audience }) => audience.length)).toEqual(preview.waves);
    expect(site.fleet.nodes.every(({ release }) => isSame(release, GOOD))).toBe(true);
    // The signer found nothing to refuse in all of it.
    expect((await site.told('viewer', '/v1/commands?status=refused')).commands).toEqual([]);
  }, 120_000);

  it('B5, B7: a build that fails is stopped at its canary, paged, rolled back there alone and verified', async () => {
    const before = site.pager.messages.length;
    expect((await site.declare('ro2', BAD, GOOD)).status).toBe(201);
    await site.completePreflight('ro2');
    await site.told('deploy', '/v1/rollouts/ro2/start', {});
    await site.playUntil('its gate speaks', async () => (await site.gate('ro2')).verdict === 'roll_back');
    expect(await site.gate('ro2')).toMatchObject({ mayProceed: false, isFinal: true });
    await site.playUntil('it is rolled back', async () => (await site.statusOf('ro2')) === 'rolled_back', 300);
    const canary = site.deploys.nodesOf('deploy', 'ro2');
    expect(canary).toHaveLength(1);
    const { rollbacks } = await site.told('viewer', '/v1/rollbacks');
    const [own] = (rollbacks as readonly { rollbackId: string; from: Release; waves: readonly unknown[] }[]).filter(
      ({ from }) => isSame(from, BAD),
    );
    expect(own?.waves).toMatchObject([{ nodes: canary, status: 'verified' }]);
    expect(site.deploys.nodesOf('rollback', own?.rollbackId)).toEqual(canary);
    // The gate is the first to page, and what is wrong with the fleet as a whole pages nobody.
    const pages = site.pager.messages.slice(before).filter(({ type }) => type === 'incident.opened');
    expect(pages.map(({ data }) => [data['rule'], data['key']])).toEqual([['rollout_gate', 'v2.1.6+c46']]);
  }, 120_000);

  it('R54: what was rolled back is in quarantine, and cannot be declared again', async () => {
    const { releases } = await site.told('viewer', '/v1/releases');
    expect(releases).toContainEqual(
      expect.objectContaining({ name: 'v2.1.6+c46', quarantine: expect.objectContaining({}) as unknown }),
    );
    const { status, body } = await site.declare('ro3', BAD, GOOD);
    expect([status, body]).toMatchObject([
      409,
      { code: 'RELEASE_QUARANTINED', type: 'urn:tocsin:problem:release-quarantined', status: 409 },
    ]);
  });

  it('R53: what a rail refuses opens to nobody while the checklist is not met', async () => {
    expect((await site.declare('ro4', OTHER, GOOD)).status).toBe(201);
    await site.completePreflight('ro4');
    await site.told('deploy', '/v1/rollouts/ro4/start', {});
    await site.approve('ro4');
    const { rollback } = await site.told('operator', '/v1/rollouts/ro4/rollback', { comment: 'a hunch' });
    const { rollbackId } = rollback as { readonly rollbackId: string };
    await site.playUntil('the rate rail refuses', async () =>
      (await site.typesOf(`rollback-${rollbackId}`)).includes('RollbackRefused'),
    );
    const wish = { rollbackId, rails: ['rate'], resolutionEtaMs: 3 * 3_600_000, comment: 'now' };
    const { status, body } = await site.ask('incident_commander', '/v1/overrides', wish);
    expect([status, body.code]).toEqual([422, 'CHECKLIST_UNMET']);
    expect(site.deploys.nodesOf('rollback', rollbackId)).toEqual([]);
  }, 60_000);

  it.each<[readonly string[], number, RegExp]>([
    [['rollout', 'ls'], 0, /ro2 +rolled_back/],
    [['rollout', 'show', 'ro1'], 0, /ro1: dns v2\.1\.4\+c44 to v2\.1\.5\+c45, driving/],
    [['rollout', 'status', 'ro2'], 0, /gate of canary: roll_back/],
    [['gate', 'show', 'ro2', '--json'], 1, /"isFinal":true/],
    [['gate', 'show', 'ro1'], 1, /may not go on: it was rolled back/],
    [['release', 'ls'], 0, /v2\.1\.6\+c46/],
    [['automation'], 0, /automation is on \(.*the rack stands\)/],
    [['override', 'ls'], 0, /nobody asked for an override/],
    [['breaker'], 0, /dns +closed/],
    [['fallback'], 0, /no customer was given another provider/],
    [['rollout', 'rollback', 'ro4', '--dry-run', '--comment', 'x'], 0, /rail +now +because/],
    [
      ['rollout', 'declare', 'ro5', '--service', 'dns', '--release', 'v2.1.6+c46', '--previous', 'v2.1.4+c44', '--yes'],
      2,
      /quarantine/,
    ],
  ])('the command line understands this server: %j', async (words, code, text) => {
    const answer = await site.cli(...words);
    expect(answer.text).toMatch(text);
    expect(answer.code).toBe(code);
  });
});

describe('a rollback that a rail of class S refuses, while more than a thousand customers are hurt', () => {
  let site: Site;
  let rollbackId: string;
  let overrideId: string;
  const held = new Map<string, string>();
  /** Keys as an administrator makes them: Eve holds one of each role. */
  const PEOPLE = [
    ['incident_commander', 'eve'],
    ['engineering_vp', 'eve'],
    ['customer_success_vp', 'eve'],
    ['engineering_vp', 'mia'],
    ['customer_success_vp', 'zoe'],
  ] as const;
  const vote = (role: PrincipalRole, name: string): Promise<Answer> => {
    const path = `/v1/overrides/${overrideId}/votes`;
    return site.server.ask(held.get(`${role} ${name}`) ?? '', path, { isApproved: true, comment: 'it burns' });
  };

  beforeAll(async () => {
    site = await Site.open(fleetOf(1_001, BAD));
    for (const [role, name] of PEOPLE) {
      const { key } = await site.told('admin', '/v1/keys', { role, name, comment: 'test' });
      held.set(`${role} ${name}`, `Bearer ${key}`);
    }
    await site.server.play(LOOK_S);
    await site.declare('ro1', OTHER, GOOD);
    await site.completePreflight('ro1');
    const items = { items: ['impact', 'target'], comment: 'a fix that cannot wait' };
    await site.told('incident_commander', '/v1/rollouts/ro1/overrides', items);
    await site.told('deploy', '/v1/rollouts/ro1/start', {});
    await site.playUntil('the canary has it', async () => site.deploys.nodesOf('deploy').length > 0);
    // Only nodes whose telemetry shows the release can be rolled back from it.
    await site.server.play(LOOK_S);
    for (const node of site.fleet.nodes) node.failing = () => 0.5;
    await site.playUntil('an incident is told of more than a thousand', async () => {
      const { incidents } = await site.told('viewer', '/v1/incidents');
      return (incidents as readonly { impact: { affectedCustomers: number } }[]).some(
        ({ impact }) => impact.affectedCustomers > 1_000,
      );
    });
    await site.playUntil('the rule of impact fires', async () => {
      const { alerts } = await site.told('viewer', '/v1/alerts?state=firing');
      return (alerts as readonly { severity: string; reason: { signal: string } }[]).some(
        ({ severity, reason }) => severity === 'critical' && reason.signal === 'customer_impact',
      );
    });
    const { rollback } = await site.told('operator', '/v1/rollouts/ro1/rollback', { comment: 'it began with it' });
    ({ rollbackId } = rollback as { readonly rollbackId: string });
    await site.server.play(LOOK_S);
  }, 120_000);
  afterAll(() => site.close());

  it('R52: is refused by its target, and the checklist is read from its incident', async () => {
    const refused = (await site.events()).flatMap(({ event: { type, data } }) =>
      type === 'RollbackRefused' && data.rollbackId === rollbackId ? [data.rail] : [],
    );
    expect(refused).toContain('target');
    expect(refused).not.toContain('audience');
    const wish = { rollbackId, rails: ['target'], resolutionEtaMs: 3 * 3_600_000, comment: 'nothing else is left' };
    expect((await site.ask('operator', '/v1/overrides', { ...wish, rails: ['kill_switch'] })).body.code).toBe(
      'RAIL_NOT_OPENABLE',
    );
    expect((await site.ask('operator', '/v1/overrides', { ...wish, resolutionEtaMs: 60_000 })).body.code).toBe(
      'CHECKLIST_UNMET',
    );
    const { override } = await site.told('operator', '/v1/overrides', wish);
    expect(override).toMatchObject({ status: 'open', checklist: { isCritical: true, affectedCustomers: 1_001 } });
    ({ overrideId } = override as { readonly overrideId: string });
  });

  it('R53: a person with three keys has one vote, and who has none cannot vote', async () => {
    expect((await vote('incident_commander', 'eve')).status).toBe(200);
    for (const role of ['engineering_vp', 'customer_success_vp'] as const) {
      const { status, body } = await vote(role, 'eve');
      expect([status, body.code]).toEqual([409, 'VOTE_TWICE']);
    }
    const own = await site.ask('operator', `/v1/overrides/${overrideId}/votes`, { isApproved: true, comment: 'x' });
    expect([own.status, own.body.code]).toEqual([403, 'PERMISSION_DENIED']);
    expect((await vote('engineering_vp', 'mia')).body).toMatchObject({ override: { status: 'open' } });
    await site.server.play(LOOK_S);
    expect(site.deploys.nodesOf('rollback')).toEqual([]);
  });

  it('R54: the third person grants it: the command is signed, and goes to the canary alone', async () => {
    expect((await vote('customer_success_vp', 'zoe')).body).toMatchObject({ override: { status: 'granted' } });
    await site.playUntil('it is commanded', async () => site.deploys.nodesOf('rollback').length > 0);
    expect(site.deploys.nodesOf('rollback', rollbackId)).toEqual(site.deploys.nodesOf('deploy', 'ro1'));
    const { code, text } = await site.cli('override', 'ls');
    expect(text).toMatch(/granted +target\s.*customer_success_vp: yes/s);
    expect(code).toBe(0);
  }, 60_000);
});
