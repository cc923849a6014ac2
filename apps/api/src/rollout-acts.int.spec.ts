import { DEFAULT_PLAN, event, type Event, type PrincipalRole, streamOf } from '#contracts';
import { PROBE_FAMILIES } from '#domain';
import { NOW_MS, type ServedApi, serveApi, tellStory } from './api.fixture.js';

const RELEASE = { softwareVersion: 'v2.2.0', configRev: 'c50' };
const PREVIOUS = { softwareVersion: 'v2.1.4', configRev: 'c41' };
const declaration = { rolloutId: 'ro9', service: 'dns', release: RELEASE, previous: PREVIOUS };
const FAMILIES = PROBE_FAMILIES.map((family) => ({ family, passed: true }));
const stages = DEFAULT_PLAN.stages.map((stage) => ({ ...stage, needsApproval: stage.name === 'canary' }));
const plan = { stages };

describe('rollouts over HTTP', () => {
  let api: ServedApi;
  beforeEach(async () => {
    api = await serveApi();
    await tellStory(api);
  });
  afterEach(() => api.end());

  const post = async (role: PrincipalRole, path: string, body: unknown = {}) =>
    api.send('POST', `/v1/${path}`, await api.as(role), body);
  const get = async (role: PrincipalRole, path: string) => api.send('GET', `/v1/${path}`, await api.as(role));
  const seen = async (query: string, role: PrincipalRole = 'viewer') =>
    (await api.ask(`{ ${query} }`, await api.as(role))).body as unknown as Readonly<Record<string, unknown>>;
  const declare = (changes: object = {}, role: PrincipalRole = 'deploy') =>
    post(role, 'rollouts', { ...declaration, ...changes });
  const told = async (rolloutId: string) =>
    (await api.parts.eventStore.readStream(streamOf.rollout(rolloutId))).map(({ event: { type, data }, metadata }) => [
      type,
      metadata.actor,
      'by' in data ? data.by : undefined,
    ]);
  const tell = async (stream: string, ...events: readonly Event[]) => {
    const expectedVersion = (await api.parts.eventStore.readStream(stream)).length;
    const appends = [{ stream, expectedVersion, events }];
    expect(await api.parts.eventStore.append(appends, { actor: 'rules', cause: 'test' })).toHaveProperty('appended');
  };

  it('a deploy key declares, asks the gate what is missing, and asks for the start; every act has its actor', async () => {
    expect(await declare({ comment: 'the release train' })).toMatchObject({
      status: 201,
      body: {
        rollout: {
          status: 'declared',
          mode: 'advisory',
          declaredBy: 'deploy:test deploy',
          declaredAt: NOW_MS,
          plan: DEFAULT_PLAN,
          stage: null,
        },
      },
    });
    const gate = await get('deploy', 'rollouts/ro9/gate');
    expect(gate).toMatchObject({
      status: 200,
      body: {
        rolloutId: 'ro9',
        state: 'declared',
        phase: 'declared',
        mayProceed: false,
        verdict: 'need_more_data',
        stage: 'canary',
        cohort: null,
        control: null,
        tests: [],
      },
    });
    const missing = gate.body['missing'] as unknown as readonly { item: string }[];
    expect(missing.map(({ item }) => item)).toEqual(['risk', 'impact', 'target', 'load_test']);
    const risk = { risk: 'low', author: 'ana', text: 'a flag that is off' };
    await post('deploy', 'rollouts/ro9/risk', { ...risk, comment: 'asked by change board' });
    await post('deploy', 'rollouts/ro9/load-tests', {
      nodeId: 'n1',
      families: FAMILIES,
      comment: 'the nightly run',
    });
    const overriding = { items: ['target', 'impact'], comment: 'the first of its kind' };
    expect(await post('operator', 'rollouts/ro9/overrides', overriding)).toMatchObject({ status: 403 });
    await post('admin', 'rollouts/ro9/overrides', overriding);
    expect(await get('viewer', 'rollouts/ro9/gate')).toMatchObject({ body: { missing: [], mayProceed: true } });
    expect(await post('deploy', 'rollouts/ro9/start')).toMatchObject({ status: 200 });
    expect(await post('deploy', 'rollouts/ro9/start')).toMatchObject({ status: 200 });
    expect(await told('ro9')).toEqual([
      ['RolloutDeclared', 'deploy:test deploy', 'deploy:test deploy'],
      ['RiskAssessed', 'deploy:test deploy', 'deploy:test deploy'],
      ['LoadTested', 'deploy:test deploy', 'deploy:test deploy'],
      ['PreflightOverridden', 'admin:test admin', 'admin:test admin'],
      ['RolloutStartRequested', 'deploy:test deploy', 'deploy:test deploy'],
    ]);
    const acts = await api.parts.eventStore.readStream(streamOf.rollout('ro9'));
    expect(acts.map(({ metadata }) => metadata.audit?.reason)).toEqual([
      'the release train',
      'asked by change board',
      'the nightly run',
      'the first of its kind',
      undefined,
    ]);
    expect(acts.filter(({ event: { data } }) => 'comment' in data).map(({ event: { type } }) => type)).toEqual([
      'PreflightOverridden',
    ]);
    expect((await get('viewer', 'rollouts/ro9')).body).toMatchObject({
      rollout: { preflight: { overridden: [{ items: ['target', 'impact'] }] }, steps: [{ what: 'start_requested' }] },
    });
  });

  it('the same declaration again changes nothing, also ten at once; another under the same id is refused', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => declare({ plan, nodes: ['n1', 'n2'] })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(await declare({ plan, nodes: ['n2', 'n1'] })).toMatchObject({ status: 201 });
    expect(await told('ro9')).toHaveLength(1);
    for (const other of [
      { plan, nodes: ['n1'] },
      { nodes: ['n1', 'n2'] },
      { plan, mode: 'driving', nodes: ['n1', 'n2'] },
    ])
      expect(await declare(other)).toMatchObject({ status: 409, body: { code: 'ROLLOUT_OTHER' } });
    // One that a deploy signal began has no declaration to compare with.
    expect(await declare({ rolloutId: 'ro1' })).toMatchObject({ status: 409, body: { code: 'ROLLOUT_OTHER' } });
  });

  it.each([
    ['previous', { previous: RELEASE }, '/previous'],
    [
      'name of a stage',
      { plan: { stages: [...stages.slice(0, 6), { ...stages[6], name: 'canary' }] } },
      '/plan/stages/6/name',
    ],
    [
      'share, as in 2021',
      { plan: { stages: [{ ...stages[0], sharePercent: 25 }, stages[6]] } },
      '/plan/stages/0/sharePercent',
    ],
    ['mode', { mode: 'reckless' }, '/mode'],
    [
      'word in a stage, which nobody would obey',
      { plan: { stages: [{ ...stages[0], needsAproval: true }, ...stages.slice(1)] } },
      'needsAproval',
    ],
    [
      'word in a gate',
      { plan: { stages: [{ ...stages[0], gate: { ...stages[0]?.gate, impactMax: 9 } }, ...stages.slice(1)] } },
      'impactMax',
    ],
    [
      'duration, which ends after all of us',
      { plan: { stages: [{ ...stages[0], durationMs: Number.MAX_SAFE_INTEGER }, ...stages.slice(1)] } },
      '/plan/stages/0/durationMs',
    ],
  ])('a declaration with a wrong %s is refused with its place', async (_what, changes, pointer) => {
    const { status, body } = await declare(changes);
    expect([status, JSON.stringify(body['errors'])]).toEqual([422, expect.stringContaining(pointer)]);
  });

  it('R39: a release in quarantine is not declared, nor a node that the inventory does not have', async () => {
    const quarantined = { service: 'dns', release: RELEASE, rollbackId: 'rb1', because: 'rolled back', at: NOW_MS };
    await tell(streamOf.release('dns', 'v2.2.0+c50'), event('ReleaseQuarantined', quarantined));
    expect(await declare()).toMatchObject({ status: 409, body: { code: 'RELEASE_QUARANTINED' } });
    expect(await declare({ nodes: ['n1', 'n99'] })).toMatchObject({
      status: 422,
      body: { code: 'NODE_UNKNOWN', errors: [{ pointer: '/nodes/1' }] },
    });
    expect(await told('ro9')).toEqual([]);
  });

  it('B20: what a rollout of the service brings already is not declared again', async () => {
    await declare();
    expect(await declare({ rolloutId: 'ro10' })).toMatchObject({ status: 409, body: { code: 'ROLLOUT_UNDER_WAY' } });
    expect(await declare({ rolloutId: 'ro10', service: 'web' })).toMatchObject({ status: 201 });
  });

  it('a stage is approved once its gate says promote, by a person; a halt says why and stands', async () => {
    await declare({ plan });
    const started = { ...declaration, stage: 'canary', nodes: ['n1'], origin: 'declared' as const, at: NOW_MS };
    await tell(streamOf.rollout('ro9'), event('RolloutStarted', started));
    const approve = (stage = 'canary', role: PrincipalRole = 'incident_commander') =>
      post(role, 'rollouts/ro9/approvals', { stage });
    expect(await approve()).toMatchObject({ status: 409, body: { code: 'ROLLOUT_STATE' } });
    const counts = { good: 9_000, bad: 1 };
    const measured = { rolloutId: 'ro9', stage: 'canary', cohort: counts, control: counts, tests: [], at: NOW_MS };
    expect(await seen('approvals { kind }')).toMatchObject({ data: { approvals: [] } });
    for (const throughSlot of [1, 2])
      await tell(
        streamOf.rollout('ro9'),
        event('GateMeasured', { ...measured, phase: 'baking', throughSlot, customers: 2 }),
      );
    const verdict = { ...measured, phase: 'baking' as const, verdict: 'promote' as const, because: 'it is well' };
    await tell(streamOf.rollout('ro9'), event('GateDecided', verdict));
    expect((await get('deploy', 'rollouts/ro9/gate')).body).toMatchObject({
      phase: 'approval',
      verdict: 'promote',
      waitsFor: 'approval',
      mayProceed: false,
      cohort: counts,
    });
    const waiting = `approvals { kind rawId stage service incidentId because since expiresAt roles approve }`;
    const { approvals } = (await get('viewer', 'approvals')).body as unknown as {
      approvals: [Record<string, unknown>];
    };
    const [{ id, since, ...same }] = approvals;
    expect(await seen(waiting)).toMatchObject({
      data: { approvals: [{ ...same, rawId: id, since: new Date(since as number).toISOString() }] },
    });
    expect({ id, ...same }).toMatchObject({ id: 'ro9', kind: 'stage', stage: 'canary', because: 'it is well' });
    for (const role of ['deploy', 'operator'] as const)
      expect(await approve('canary', role)).toMatchObject({ status: 403 });
    expect(await approve('early_adopter')).toMatchObject({ status: 409, body: { code: 'ROLLOUT_STATE' } });
    expect(await approve('none')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/stage' }] } });
    expect(await approve()).toMatchObject({ status: 200, body: { rollout: { steps: [{ what: 'approved' }] } } });
    expect(await approve()).toMatchObject({ status: 200 });
    expect(await post('operator', 'rollouts/ro9/halt')).toMatchObject({ status: 422 });
    for (const comment of ['a customer calls', 'again'])
      expect(await post('operator', 'rollouts/ro9/halt', { comment })).toMatchObject({ status: 200 });
    expect((await told('ro9')).slice(-2).map(([type, , by]) => [type, by])).toEqual([
      ['StageApproved', 'incident_commander:test incident_commander'],
      ['HaltRequested', 'operator:test operator'],
    ]);
    for (const late of ['risk', 'overrides'])
      expect([late, (await post('incident_commander', `rollouts/ro9/${late}`, LATE[late])).status]).toEqual([
        late,
        409,
      ]);
  });

  it('a start and a halt are previewed, by whoever may look, and nothing is recorded', async () => {
    await declare({ mode: 'driving', nodes: ['n1', 'n2'] });
    await api.as('viewer');
    const before = await api.parts.eventStore.head();
    const preview = async (what: 'start' | 'halt', rolloutId = 'ro9') =>
      post('viewer', `rollouts/${rolloutId}/${what}/preview`);
    expect(await preview('start')).toMatchObject({
      status: 200,
      body: { preview: { rolloutId: 'ro9', state: 'declared', isNew: true, stage: 'canary', nodes: [] } },
    });
    expect(await preview('halt', 'ro1')).toMatchObject({
      status: 200,
      body: { preview: { state: 'running', isNew: true, keeps: ['n1'], stops: [] } },
    });
    expect(await preview('start', 'ro1')).toMatchObject({ status: 409, body: { code: 'ROLLOUT_STATE' } });
    for (const what of ['start', 'halt'] as const) {
      expect(await preview(what, 'none')).toMatchObject({ status: 404 });
      const asked = (rolloutId: string, fields: string) =>
        seen(`${what}Preview(rolloutId: "${rolloutId}") { ${fields} }`);
      const own = what === 'start' ? 'stage sharePercent missing { item detail } nodes' : 'keeps stops';
      expect(await asked('ro9', `rolloutId state isNew ${own} effect`)).toMatchObject({
        data: { [`${what}Preview`]: (await preview(what)).body['preview'] },
      });
      expect(await asked('none', 'effect')).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    }
    expect(await seen('startPreview(rolloutId: "ro1") { effect }')).toMatchObject({
      errors: [{ extensions: { code: 'ROLLOUT_STATE' } }],
    });
    expect(await api.parts.eventStore.head()).toBe(before);
  });

  it('what Tocsin brings is acted on by commands: 202, and where they will be seen', async () => {
    await declare({ mode: 'driving', nodes: ['n1', 'n2'] });
    const act = async (what: 'start' | 'halt') => {
      const response = await fetch(`${api.url}/v1/rollouts/ro9/${what}`, {
        method: 'POST',
        headers: { authorization: await api.as('deploy'), 'content-type': 'application/json' },
        body: JSON.stringify({ comment: 'now' }),
      });
      return [response.status, response.headers.get('location')];
    };
    expect(await act('start')).toEqual([202, '/v1/rollouts/ro9']);
    const of = { rolloutId: 'ro9', stage: 'canary', nodes: ['n1'], at: NOW_MS };
    const began = { service: 'dns', release: RELEASE, previous: PREVIOUS, origin: 'declared' as const };
    await tell(
      streamOf.rollout('ro9'),
      event('RolloutStarted', { ...of, ...began }),
      event('StageCommanded', { ...of, commandId: 'co7', generation: 7 }),
    );
    expect(await act('start')).toEqual([202, '/v1/commands/co7']);
    const { body } = await post('viewer', 'rollouts/ro9/halt/preview');
    expect(body).toMatchObject({ preview: { keeps: ['n1'], stops: ['n1'], isNew: true } });
    expect(await act('halt')).toEqual([202, '/v1/rollouts/ro9']);
    expect((await post('viewer', 'rollouts/ro9/halt/preview')).body).toMatchObject({ preview: { isNew: false } });
  });

  it('the gates of its stages are listed, the newest first, each with what it rests on', async () => {
    const counts = { good: 990, bad: 10 };
    const test = { test: 'failing', nats: 1, stopNats: 5, promoteNats: -5, verdict: 'promote' as const, detail: '1 %' };
    const measured = (stage: string, throughSlot: number) =>
      event('GateMeasured', {
        rolloutId: 'ro1',
        stage,
        phase: 'baking',
        throughSlot,
        cohort: counts,
        control: counts,
        customers: 0,
        tests: [test],
        at: NOW_MS,
      });
    const decided = (stage: string, at: number) =>
      event('GateDecided', {
        rolloutId: 'ro1',
        stage,
        phase: 'baking',
        verdict: 'promote',
        because: `${stage} is well`,
        cohort: counts,
        control: counts,
        tests: [test],
        at,
      });
    const before = await api.parts.eventStore.head();
    await tell(
      streamOf.rollout('ro1'),
      measured('canary', 5),
      measured('canary', 6),
      decided('canary', NOW_MS - 3_000),
      event('RolloutStageReached', { rolloutId: 'ro1', stage: 'early', nodes: ['n2'], at: NOW_MS - 2_000 }),
      measured('early', 9),
    );
    const list = async (query = '') => (await get('deploy', `rollouts/ro1/gates${query}`)).body;
    const [early, canary] = [
      { n: 2, stage: 'early', verdict: 'need_more_data', throughSlot: 9, decidedAt: null, evidence: [before + 5] },
      {
        n: 1,
        stage: 'canary',
        verdict: 'promote',
        because: 'canary is well',
        throughSlot: 6,
        decidedAt: NOW_MS - 3_000,
        cohort: counts,
        tests: [test],
        evidence: [before + 2, before + 3],
      },
    ];
    expect(await list()).toMatchObject({ gates: [early, canary], next: null });
    const first = (await list('?limit=1')) as unknown as { readonly gates: unknown; readonly next: string };
    expect(first.gates).toMatchObject([early]);
    expect(await list(`?limit=1&after=${first.next}`)).toMatchObject({ gates: [canary], next: null });
    const iso = (ms: number): string => new Date(ms).toISOString();
    const judged = 'judgedBy { duration gate { failing { healthy } } } overdue evidence';
    const gates = (first: number) =>
      seen(`rollout(rolloutId: "ro1") { gates(first: ${first}) { n stage phase verdict because beganAt decidedAt
        throughSlot cohort { good bad } control { good } tests { test nats stopNats promoteNats verdict detail } ${judged} } }`);
    const shown = [early, { ...canary, decidedAt: iso(NOW_MS - 3_000), overdue: [], judgedBy: null }];
    expect(await gates(5)).toMatchObject({ data: { rollout: { gates: shown } } });
    const { data } = (await gates(1)) as unknown as { data: { rollout: { gates: readonly object[] } } };
    expect(data.rollout.gates).toMatchObject([{ stage: 'early', beganAt: iso(NOW_MS - 2_000) }]);
    expect(data.rollout.gates).toHaveLength(1);
    expect(await get('deploy', 'rollouts/none/gates')).toMatchObject({ status: 404 });
    expect(await get('alerts', 'rollouts/ro1/gates')).toMatchObject({ status: 403 });
  });

  it('what is not there is not found', async () => {
    for (const path of ['start', 'halt', 'approvals', 'risk'])
      expect([path, await post('incident_commander', `rollouts/none/${path}`, LATE[path] ?? {})]).toMatchObject([
        path,
        { status: 404 },
      ]);
    expect(await get('viewer', 'rollouts/none')).toMatchObject({ status: 404 });
    expect(await get('deploy', 'rollouts/none/gate')).toMatchObject({ status: 404 });
    expect(await get('deploy', 'rollouts')).toMatchObject({ status: 403 });
  });
});

const LATE: Readonly<Record<string, object>> = {
  risk: { risk: 'low', author: 'ana', text: 'x' },
  overrides: { items: ['risk'], comment: 'x' },
  halt: { comment: 'x' },
  approvals: { stage: 'canary' },
};
