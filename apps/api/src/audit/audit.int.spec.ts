import { randomBytes } from 'node:crypto';
import type { Principal, RecordedEvent, Verification } from '#contracts';
import { createAuditVerificationRepository } from '#store';
import { until } from '#testing';
import { serveApi, type ServedApi } from '../api.fixture.js';
import { Verifications } from './verifications.js';

const RELEASE = { softwareVersion: 'v2', configRev: 'c2' };
const PREVIOUS = { softwareVersion: 'v1', configRev: 'c1' };
const OF = { service: 'edge-dns', release: RELEASE };
const NODE = { nodeId: 'n9', pop: 'iad1', region: 'us-east' };
const CUSTOMER = { customerId: 'c9', name: 'C9', tier: 'tier1', critical: true, zones: ['c9.example'] };
const SILENCE = { where: { region: ['us-*'] }, durationMs: 3_600_000 };
const SAID = { comment: 'because' };

type Sent = readonly [entrance: string, path: string, body?: object];

/** Acts that succeed on an empty server, in this order; `$` is the id that the act before answered. */
const ACTS: readonly Sent[] = [
  ['POST /v1/nodes', '/v1/nodes', { nodes: [NODE], ...SAID }],
  ['POST /v1/customers', '/v1/customers', { customers: [CUSTOMER], ...SAID }],
  ['POST /v1/keys', '/v1/keys', { name: 'x', role: 'viewer', ...SAID }],
  ['POST /v1/keys/:id/revoke', '/v1/keys/$/revoke', SAID],
  ['POST /v1/node-keys', '/v1/node-keys', { nodeId: 'n9', ...SAID }],
  ['POST /v1/node-keys/:id/revoke', '/v1/node-keys/$/revoke', SAID],
  ['POST /v1/rules/reload', '/v1/rules/reload', SAID],
  ['POST /v1/on-call/reload', '/v1/on-call/reload', SAID],
  ['POST /v1/silences', '/v1/silences', { ...SILENCE, ...SAID }],
  ['DELETE /v1/silences/:id', '/v1/silences/$?comment=because'],
  ['POST /v1/automation/switch', '/v1/automation/switch', { isOn: false, ...SAID }],
  ['POST /v1/automation/modes', '/v1/automation/modes', { service: 'edge-dns', mode: 'approve', ...SAID }],
  ['POST /v1/drills', '/v1/drills', SAID],
  ['POST /v1/rollouts', '/v1/rollouts', { rolloutId: 'ro9', ...OF, previous: PREVIOUS, mode: 'advisory', nodes: [] }],
  ['POST /v1/rollouts/:id/halt', '/v1/rollouts/ro9/halt', SAID],
];

const ACTING: ReadonlySet<string> = new Set(['roll_out', 'operate', 'approve', 'lift', 'administer']);

/** Routes that need a story before they act. They append by `act()` or `appendAgain()`, which take no act without its audit. */
const BY_ACT: ReadonlySet<string> = new Set([
  'DELETE /v1/on-call/overrides/:id',
  'POST /v1/automation/rate-resets',
  'POST /v1/channels/:name/enable',
  'POST /v1/channels/:name/test',
  'POST /v1/deliveries/:id/retry',
  'POST /v1/incidents/:id/acknowledge',
  'POST /v1/incidents/:id/hand-over',
  'POST /v1/incidents/:id/notes',
  'POST /v1/incidents/:id/runbook/:step/results',
  'POST /v1/incidents/:id/snooze',
  'POST /v1/incidents/:id/status-updates/:n/discard',
  'POST /v1/incidents/:id/status-updates/:n/publish',
  'POST /v1/on-call',
  'POST /v1/on-call/overrides',
  'POST /v1/overrides',
  'POST /v1/overrides/:id/votes',
  'POST /v1/redirects/:id/end',
  'POST /v1/releases/attestations',
  'POST /v1/releases/quarantine/lift',
  'POST /v1/releases/rehearsals',
  'POST /v1/rollbacks/:id/approve',
  'POST /v1/rollouts/:id/approvals',
  'POST /v1/rollouts/:id/load-tests',
  'POST /v1/rollouts/:id/overrides',
  'POST /v1/rollouts/:id/risk',
  'POST /v1/rollouts/:id/rollback',
  'POST /v1/rollouts/:id/start',
]);

/** Routes that append nothing: a check, a verification; and the end of another system's alert, which is told to the log. */
const NO_ACT: ReadonlySet<string> = new Set([
  'POST /v1/alerts/:id/resolve',
  'POST /v1/audit/verifications',
  'POST /v1/on-call/check',
]);

const idIn = (body: unknown): string => {
  const text = JSON.stringify(body);
  return /"(?:keyId|silenceId)":"([^"]+)"/.exec(text)?.[1] ?? '';
};

describe('the audit', () => {
  let served: ServedApi;
  let admin: string;
  beforeAll(async () => {
    served = await serveApi();
    admin = await served.as('admin');
  });
  afterAll(() => served.end());

  const behind = (position: number): Promise<readonly RecordedEvent[]> =>
    served.parts.eventStore.readAll(position, 100);

  it('S9: an act writes an event with its actor, its request and why', async () => {
    const { eventStore } = served.parts;
    let id = '';
    const untold: unknown[] = [];
    for (const [entrance, path, body] of ACTS) {
      const before = await eventStore.head();
      const answer = await served.send(entrance.split(' ', 1)[0] ?? '', path.replace('$', id), admin, body);
      id = idIn(answer.body);
      const [first] = await behind(before);
      const { actor, audit } = first?.metadata ?? {};
      const isTold = actor?.startsWith('admin:') === true && audit?.requestId !== undefined && audit.via === 'rest';
      const isWhy = entrance === 'POST /v1/rollouts' || audit?.reason === 'because';
      if (answer.status >= 300 || !isTold || !isWhy) untold.push([entrance, answer.status, answer.body, audit]);
    }
    expect(untold).toEqual([]);
  });

  it('S9: no route acts that is neither tried above nor known to act by the same function', () => {
    const tried = new Set(ACTS.map(([entrance]) => entrance));
    const routes = served.entrances.filter(
      ({ name, needs }) => /^(POST|DELETE) \//.test(name) && ACTING.has(needs ?? ''),
    );
    const unknown = routes.flatMap(({ name }) =>
      tried.has(name) || BY_ACT.has(name) || NO_ACT.has(name) ? [] : [name],
    );
    expect(unknown).toEqual([]);
  });

  it('S9: an act of the CLI says so', async () => {
    const before = await served.parts.eventStore.head();
    const headers = { authorization: admin, 'content-type': 'application/json', 'user-agent': 'tocsin-cli' };
    const body = JSON.stringify({ isOn: true, comment: 'well again' });
    await fetch(`${served.url}/v1/automation/switch`, { method: 'POST', headers, body });
    const [first] = await behind(before);
    expect(first?.metadata.audit).toMatchObject({ via: 'cli', reason: 'well again' });
  });

  it.each(['/v1/keys', '/v1/node-keys', '/v1/channels/x/enable', '/v1/automation/switch'])(
    'S9: %s changes who or what may act, and must say why',
    async (path) => {
      const body = { name: 'x', role: 'viewer', nodeId: 'n9', isOn: true };
      expect((await served.send('POST', path, admin, body)).status).toBe(422);
    },
  );

  it('lists acts newest first, by who and what, page by page', async () => {
    const operator = await served.as('operator');
    const all = await served.send('GET', '/v1/audit?limit=500', operator);
    const { acts } = all.body as unknown as { acts: readonly { position: number; type: string; actor: string }[] };
    expect(acts.length).toBeGreaterThanOrEqual(ACTS.length);
    expect(acts.map(({ position }) => position)).toEqual(
      acts.map(({ position }) => position).toSorted((a, b) => b - a),
    );
    expect(JSON.stringify(acts)).not.toContain('secretHash');
    const own = acts.at(-1)?.actor ?? '';
    const by = `/v1/audit?limit=2&actor=${encodeURIComponent(own)}`;
    const page = await served.send('GET', by, operator);
    const { next } = page.body as unknown as { next: string };
    const more = await served.send('GET', `${by}&after=${next}`, operator);
    const of = (answer: unknown) => (answer as { acts: typeof acts }).acts.map(({ position }) => position);
    const byAdmin = acts.filter(({ actor }) => actor === own).map(({ position }) => position);
    expect([...of(page.body), ...of(more.body)]).toEqual(byAdmin.slice(0, 4));
    const [one] = acts.filter(({ type }) => type === 'SilenceCreated');
    const filtered = await served.send('GET', '/v1/audit?type=SilenceCreated', operator);
    expect(of(filtered.body)).toEqual([one?.position]);
    expect((await served.send('GET', '/v1/audit?after=x', operator)).status).toBe(400);
  });

  it('shows what an act changed, and never a hash of a secret', async () => {
    const viewer = await served.as('viewer');
    const shown = async (type: string) => {
      const { body } = await served.send('GET', `/v1/audit?type=${type}`, viewer);
      const { acts } = body as unknown as { acts: readonly { position: number }[] };
      return (await served.send('GET', `/v1/audit/${acts[0]?.position ?? 0}`, viewer)).body as unknown;
    };
    expect(await shown('ApiKeyRevoked')).toMatchObject({
      act: { changes: [{ field: 'isRevoked', before: false, after: true }], version: 2 },
    });
    const created = await shown('ApiKeyCreated');
    expect(created).toMatchObject({ act: { audit: { reason: 'because' }, chain: { previous: null } } });
    expect(JSON.stringify(created)).not.toContain('secretHash');
    expect((await served.send('GET', '/v1/audit/999999', viewer)).status).toBe(404);
  });

  it('GraphQL tells of acts what REST tells', async () => {
    const viewer = await served.as('viewer');
    const dataOf = async (query: string): Promise<Record<string, never>> => {
      const { body } = await served.ask(query, viewer);
      expect([query, body['errors'] ?? []]).toEqual([query, []]);
      return body['data'] as unknown as Record<string, never>;
    };
    const audit = 'audit { subject keyId requestId via reason }';
    const fields = 'position stream version type actor cause recordedAt hash';
    const iso = (act: { recordedAt: number; audit: object | null }) => ({
      ...act,
      recordedAt: new Date(act.recordedAt).toISOString(),
      audit: act.audit && { requestId: null, reason: null, ...act.audit },
    });
    type Acts = readonly (Parameters<typeof iso>[0] & { position: number })[];
    const { acts } = (await served.send('GET', '/v1/audit?type=SilenceCreated', viewer)).body as unknown as {
      acts: Acts;
    };
    expect(await dataOf(`{ acts(type: "SilenceCreated") { nodes { ${fields} ${audit} } } }`)).toEqual({
      acts: { nodes: acts.map(iso) },
    });
    const { position } = acts[0]!;
    const shown = (await served.send('GET', `/v1/audit/${position}`, viewer)).body as unknown as {
      act: Parameters<typeof iso>[0] & { chain: object };
    };
    const { chain, ...act } = shown.act;
    expect(
      await dataOf(
        `{ act(position: ${position}) { ${fields} previous data ${audit} changes { field before after } isCut } }`,
      ),
    ).toEqual({ act: { ...iso(act), ...chain } });
    const none = await served.ask('{ act(position: 999999) { type } }', viewer);
    expect(none.body).toMatchObject({ data: { act: null }, errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });

  it('GraphQL finds acts by each of its filters as REST does', async () => {
    const viewer = await served.as('viewer');
    const all = (await served.send('GET', '/v1/audit?limit=500', viewer)).body as unknown as {
      acts: readonly {
        position: number;
        actor: string;
        stream: string;
        recordedAt: number;
        audit: { subject: string };
      }[];
    };
    const [one] = all.acts.filter(({ audit }) => audit?.subject !== undefined);
    const second = (one?.recordedAt ?? 0) - ((one?.recordedAt ?? 0) % 1_000);
    const asked: readonly Readonly<Record<string, string>>[] = [
      { actor: one?.actor ?? '' },
      { subject: one?.audit.subject ?? '' },
      { stream: one?.stream ?? '' },
      { from: new Date(second).toISOString() },
      { to: new Date(second).toISOString() },
      { from: new Date(second).toISOString(), to: new Date(second + 1_000).toISOString() },
    ];
    for (const filter of asked) {
      const rest = await served.send('GET', `/v1/audit?limit=500&${new URLSearchParams(filter).toString()}`, viewer);
      const args = Object.entries(filter).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
      const { body } = await served.ask(`{ acts(first: 500, ${args.join(', ')}) { nodes { position } } }`, viewer);
      const positions = (rest.body as unknown as typeof all).acts.map(({ position }) => ({ position }));
      expect([filter, body]).toMatchObject([filter, { data: { acts: { nodes: positions } } }]);
    }
  });

  it('GraphQL reads four acts of an operation at most, and what waits for its turn is answered', async () => {
    const viewer = await served.as('viewer');
    const acts = (count: number) =>
      `{ ${Array.from({ length: count }, (_, n) => `a${n}: act(position: 1) { position }`).join(' ')} }`;
    const few = await served.ask(acts(4), viewer);
    expect(few.body).toMatchObject({ data: { a0: { position: 1 }, a3: { position: 1 } } });
    expect((await served.ask(acts(5), viewer)).body).toMatchObject({
      errors: [{ extensions: { code: 'QUERY_TOO_COSTLY' } }],
    });
  });

  it('shows no act whose stream is too much to read, in events or in bytes, and says so', async () => {
    const viewer = await served.as('viewer');
    const { database } = served.db;
    const insert = (position: number, stream: string, version: number, text: string) =>
      database.query(
        `insert into event (position, stream, version, type, data, actor, cause, recorded_at_ms, hash)
         values ($1, $2, $3, 'RulesReloadAsked', jsonb_build_object('at', 1, 'text', $4::text), 'a', 'c', 1, 'h')`,
        [position, stream, version, text],
      );
    await insert(1_000_001, 'long', 20_001, '');
    // Of random characters, which do not pack.
    await insert(1_000_002, 'large', 1, randomBytes(8_500_000).toString('hex'));
    await insert(1_000_003, 'large', 2, '');
    await insert(1_000_004, 'small', 1, '');
    const looks = [1_000_001, 1_000_003, 1_000_004].map((at) => served.send('GET', `/v1/audit/${at}`, viewer));
    const answers = await Promise.all(looks);
    await database.transaction(async (tx) => {
      await tx.query('alter table event disable trigger user');
      await tx.query('delete from event where position > 1000000');
      await tx.query('alter table event enable trigger user');
    });
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 200]);
    expect(JSON.stringify(answers[0]?.body)).toContain('20001 events of long');
    expect(JSON.stringify(answers[1]?.body)).toContain('bytes');
  });

  const verified = async (body: object): Promise<Verification> => {
    const operator = await served.as('operator');
    const asked = await served.send('POST', '/v1/audit/verifications', operator, body);
    expect(asked.status).toBe(202);
    const { verificationId } = (asked.body as unknown as { verification: Verification }).verification;
    const path = `/v1/audit/verifications/${verificationId}`;
    const look = async () =>
      ((await served.send('GET', path, operator)).body as unknown as { verification: Verification }).verification;
    await until('the verification is done', async () => (await look()).status !== 'running');
    return look();
  };

  it('S9: verifies the chains, and finds a row that was changed, or a head kept elsewhere that they do not give', async () => {
    const whole = await verified({});
    expect(whole).toMatchObject({ status: 'whole', broken: [], keptHeads: 0, failure: null });
    expect(whole.events).toBe(await served.parts.eventStore.head());
    const foreign = { position: 3, digest: 'a'.repeat(64) };
    expect(await verified({ keptHeads: [whole.head, foreign] })).toMatchObject({
      status: 'broken',
      broken: [{ fault: 'kept_head', position: 1, until: 3 }],
    });
    await served.db.database.transaction(async (tx) => {
      await tx.query('alter table event disable trigger user');
      await tx.query(`update event set actor = 'admin:mallory' where position = 2`);
      await tx.query('alter table event enable trigger user');
    });
    expect(await verified({})).toMatchObject({ status: 'broken', broken: [{ fault: 'changed', position: 2 }] });
    expect((await served.send('POST', '/v1/audit/verifications', await served.as('viewer'), {})).status).toBe(403);
  });

  it('GraphQL begins a verification, and tells of those that are kept as REST does', async () => {
    const operator = await served.as('operator');
    const begin = `mutation ($input: BeginVerificationInput!) {
      beginVerification(input: $input) { verification { verificationId status } userErrors { code } }
    }`;
    const by = async (key: string, input: object) => (await served.ask(begin, key, { input })).body as unknown;
    expect(await by(await served.as('viewer'), {})).toMatchObject({
      errors: [{ extensions: { code: 'PERMISSION_DENIED' } }],
    });
    expect(await by(operator, { keptHeads: [{ position: 3, digest: 'x' }] })).toMatchObject({
      data: { beginVerification: { verification: null, userErrors: [{ code: 'BODY_INVALID' }] } },
    });
    const begun = await by(operator, { clientMutationId: 'v1' });
    const { verificationId } = (begun as { data: { beginVerification: { verification: { verificationId: string } } } })
      .data.beginVerification.verification;
    const asked = `{ verification(verificationId: "${verificationId}") { status } }`;
    const statusNow = async () => (await served.ask(asked, operator)).body['data'] as unknown as object;
    await until('the verification is done', async () => !JSON.stringify(await statusNow()).includes('running'));
    const kept = (await served.send('GET', '/v1/audit/verifications', operator)).body as unknown as {
      verifications: readonly Verification[];
    };
    expect(kept.verifications[0]).toMatchObject({ verificationId, status: 'broken' });
    const list = '{ verifications { verificationId status events head { position } broken { fault position } } }';
    expect((await served.ask(list, operator)).body).toMatchObject({
      data: {
        verifications: kept.verifications.map(({ status, events, head, broken }) => ({
          status,
          events,
          head: head && { position: head.position },
          broken: broken.map(({ fault, position }) => ({ fault, position })),
        })),
      },
    });
  });

  it('tells in any process what another one verifies, and lets one be done at a time in all of them', async () => {
    const { db, parts } = served;
    const kept = createAuditVerificationRepository(db.database);
    const there = new Verifications({ ...parts, database: db.database, kept });
    const here = await verified({});
    expect(await there.find(here.verificationId)).toEqual(here);
    const running = { ...here, verificationId: 'av-1', status: 'running' as const, startedAt: here.startedAt + 1 };
    expect(await kept.begin(running)).toBeUndefined();
    expect(await there.begin([], { keyId: 'k', subject: 'key:k' } as Principal)).toMatchObject({
      refused: 'VERIFICATION_UNDER_WAY',
    });
    const operator = await served.as('operator');
    expect((await served.send('POST', '/v1/audit/verifications', operator, {})).status).toBe(409);
    await kept.tell({ ...running, events: 7 });
    expect(await there.find('av-1')).toMatchObject({ status: 'running', events: 7 });
    // Its process was killed.
    await db.database.query(`update audit_verification set alive_at = alive_at - interval '1 minute'`);
    expect(await there.find('av-1')).toMatchObject({ status: 'failed', events: 7 });
    const next = await verified({});
    await kept.tell({ ...running, events: 8 });
    expect(await there.find('av-1')).toMatchObject({ status: 'failed', events: 8 });
    expect(await there.find(next.verificationId)).toEqual(next);
    for (let begun = 0; begun < 21; begun += 1) await verified({});
    expect(await there.find(next.verificationId)).toMatchObject({ refused: 'NOT_FOUND' });
    expect((await served.send('GET', `/v1/audit/verifications/${next.verificationId}`, operator)).status).toBe(404);
  });
});
