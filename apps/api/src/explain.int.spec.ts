import { event, type Event, type Mute, type Rule, RULE_SET_EDITION, ruleOf, streamOf } from '#contracts';
import { DEFAULT_RULE_SET, lowSuccess } from '#testing';
import { LATER_DECISIONS } from './explain.fixture.js';
import type { ExplainedStep, Explanation } from './explain/explanation.js';
import type { WhyNot } from './explain/why-not.js';
import {
  COHORT,
  LAST_SLOT,
  NOW_MS,
  segmentOf,
  type ServedApi,
  serveApi,
  tellStory,
  writeSegments,
} from './api.fixture.js';

/** What says why it is as it is. */
interface Why {
  readonly why: readonly { readonly eventId: string; readonly type: string }[];
}

const RULE = 'dns_resolution_success_rate';
const reason = lowSuccess(RULE);
const asked = (name: string, rule: Partial<Rule>): Rule =>
  ruleOf({
    name,
    signal: 'failure_rate',
    comparison: 'above',
    threshold: 5,
    windowMs: 60_000,
    severity: 'warning',
    ...rule,
  });
const ASKED_RULES = [
  asked('failures', {}),
  asked('sure_success', { signal: 'success_rate', comparison: 'below', threshold: 95, confidence: 0.999 }),
  asked('p90', { signal: 'latency', percentile: 0.9, threshold: 100 }),
  asked('p95', { signal: 'latency', percentile: 0.95, threshold: 100 }),
  asked('in_europe', { scopes: ['release_region', 'pop', 'node'], where: { region: ['eu-*'] } }),
  asked('canary_nodes', { scopes: ['node'], where: { region: ['us-*'], release: ['v9*'] } }),
  asked('customers', { scopes: ['customer'] }),
  asked('gold', { scopes: ['customer'], where: { tier: ['tier1'] } }),
  asked('still', { shortWindowMs: 10_000 }),
  asked('of_release', { scopes: ['release'] }),
  asked('pop_latency', { signal: 'latency', scopes: ['pop'], threshold: 100 }),
  asked('burn', { signal: 'burn_rate', threshold: 2, windowMs: 300_000 }),
];
const loaded = event('RulesLoaded', {
  version: 1,
  sha256: 'ab'.repeat(32),
  source: 'rules/default.yml, shipped',
  fromTick: 0,
  ruleSet: { ...DEFAULT_RULE_SET, edition: RULE_SET_EDITION, rules: [...DEFAULT_RULE_SET.rules, ...ASKED_RULES] },
  at: 0,
});

describe('explain', () => {
  let served: ServedApi;
  let viewer: string;
  beforeAll(async () => {
    served = await serveApi();
    viewer = await served.as('viewer');
    await tellStory(served);
    await decide(served);
    await writeSegments(served, [
      segmentOf('fleet', LAST_SLOT, { fleet: { good: 9_990, bad: 10 } }),
      segmentOf('region', LAST_SLOT, { 'us-east': { good: 95, bad: 5 }, 'eu-central': { good: 30, bad: 30 } }),
      segmentOf('release_region', LAST_SLOT, {
        'v9+c1|us-east': { good: 100, bad: 900 },
        'v8+c1|us-east': { good: 95, bad: 5 },
        'v7+c1|us-east': { good: 93, bad: 7 + 4 },
        'slow|us-east': { good: 880, bad: 0, latencyUs: 20_000 },
      }),
      // Part of the same minute: slow answers, and what was over ten seconds before its end.
      segmentOf('release_region', LAST_SLOT - 20, {
        'slow|us-east': { good: 120, bad: 0, latencyUs: 300_000 },
        'over|us-east': { good: 500, bad: 500 },
      }),
      segmentOf('release_region', LAST_SLOT - 1, { 'over|us-east': { good: 1_000, bad: 0 } }),
      segmentOf('node', LAST_SLOT, { n1: { good: 500, bad: 500 } }),
      segmentOf('customer', LAST_SLOT, { delta: { good: 500, bad: 500 }, ems: { good: 500, bad: 500 } }),
    ]);
  });
  afterAll(() => served.end());

  /** What the rules decided beside the story of the fixture: a redirect with its command, and an escalation. */
  const decide = async ({ parts }: ServedApi): Promise<void> => {
    const at = NOW_MS - 40_000;
    const tell = async (stream: string, expectedVersion: number, ...events: readonly Event[]): Promise<void> => {
      const result = await parts.eventStore.append([{ stream, expectedVersion, events }], {
        actor: 'rules',
        cause: 'tick-9',
      });
      if ('conflict' in result) throw new Error(`decide: ${result.conflict} has another version`);
    };
    await tell(streamOf.rules, 0, loaded);
    const because = 'impact score 1100 > 1000 over 2m';
    await tell(
      streamOf.incident('in1'),
      1,
      event('IncidentDeclared', { incidentId: 'in1', priority: 'P0', because: 'critical', at }),
      event('IncidentEscalated', { incidentId: 'in1', to: 'vp', alertId: 'al1', because, at }),
    );
    const ids = { redirectId: 'rd1', incidentId: 'in1', alertId: 'al1' };
    await tell(
      streamOf.redirect('rd1'),
      0,
      event('RedirectRefused', {
        ...ids,
        rail: 'capacity',
        because: '3 of 9 nodes would go on serving (at least 60 %)',
        at,
      }),
    );
    const fired = (alertId: string, key: string) =>
      event('AlertFired', { alertId, rule: RULE, scope: 'release_region', key, severity: 'critical', reason, at });
    for (const [stream, told] of LATER_DECISIONS) await tell(stream, 0, told);
    const mutes: readonly Mute[] = [
      { by: 'silence', id: 'si1', untilMs: NOW_MS, because: 'silenced by ana: peering is moved' },
      { by: 'alert', id: 'al1', untilMs: null, because: 'inhibited: it is explained' },
    ];
    for (const mute of mutes) {
      const alertId = `al-${mute.by}`;
      const told = [fired(alertId, `v1|${mute.by}`), event('AlertMuted', { alertId, mute, at })];
      await tell(streamOf.alert(alertId), 0, ...told);
    }
  };

  const explained = async (kind: string, id: string): Promise<Explanation> => {
    const { status, body } = await served.send('GET', `/v1/explain/${kind}/${id}`, viewer);
    expect(status).toBe(200);
    return body as unknown as Explanation;
  };
  const whyNot = async (rule: string, query = ''): Promise<WhyNot> => {
    const { status, body } = await served.send('GET', `/v1/why-not/${rule}${query}`, viewer);
    expect(status).toBe(200);
    return body as unknown as WhyNot;
  };
  const types = ({ steps }: Explanation): readonly string[] => steps.map(({ type }) => type);
  const step = ({ steps }: Explanation, type: string): ExplainedStep | undefined =>
    steps.find((each) => each.type === type);

  it('B13: a command: from the numbers of the alert to what was sent, each step with what it follows from', async () => {
    const found = await explained('any', 'co1');
    expect(found.kind).toBe('command');
    expect(types(found)).toEqual([
      'AlertFired',
      'IncidentOpened',
      'RollbackDecided',
      'WaveCommanded',
      'CommandIssued',
      'CommandSigned',
      'DeliveryRequested',
      'IncidentDeclared',
      'IncidentEscalated',
    ]);
    expect(step(found, 'AlertFired')).toMatchObject({
      id: 'alert-al1@1',
      from: ['tick-6507878400'],
      text: `a critical alert of release_region ${COHORT} fired: success 80 % < 99 % over 1m (rule ${RULE}, threshold 99, 80 good, 20 bad, coverage 100 %, tick 6507878400)`,
    });
    expect(step(found, 'IncidentOpened')?.from).toEqual(['alert-al1@1']);
    expect(step(found, 'RollbackDecided')?.from).toEqual(['incident-in1@1']);
    expect(step(found, 'CommandIssued')?.from).toEqual(['rollback-rb1@2']);
    expect(step(found, 'CommandSigned')?.from).toEqual(['command-co1@1']);
    expect(step(found, 'DeliveryRequested')?.from).toEqual(['command-co1@2']);
    expect(found.lines[1]).toBe('decided by version 1 of rules/default.yml, shipped (abababababab)');
    expect(found.lines.join('\n')).toContain(
      'command co1 was issued: rollback for 1 nodes, generation 7, valid for 60 s',
    );
  });

  it('B13: a page: what came before it, and what became of it, nothing else', async () => {
    const { body } = await served.send('GET', '/v1/deliveries?dedupKey=in1', viewer);
    const [page] = (body as unknown as { deliveries: { deliveryId: string }[] }).deliveries;
    const found = await explained('page', page?.deliveryId ?? '');
    expect(types(found)).toEqual([
      'AlertFired',
      'IncidentOpened',
      'RollbackDecided',
      'WaveCommanded',
      'CommandIssued',
      'CommandSigned',
      'DeliveryRequested',
    ]);
    expect(found.steps.at(-1)?.from).toEqual(['incident-in1@1']);
  });

  it('B13, R24: an escalation says by which alert; a redirect that was refused says by which rail', async () => {
    const found = await explained('alert', 'al1');
    expect(step(found, 'IncidentEscalated')).toMatchObject({
      text: 'vp was called, by alert al1: impact score 1100 > 1000 over 2m',
      from: ['alert-al1@1', 'incident-in1@2'],
    });
    expect(step(await explained('redirect', 'rd1'), 'RedirectRefused')?.text).toBe(
      'a redirect was refused by rail capacity: 3 of 9 nodes would go on serving (at least 60 %)',
    );
  });

  it.each([
    ['rollout', 'ro1', 'RolloutStarted'],
    ['override', 'ov1', 'OverrideRequested'],
    ['fallback', 'fb1', 'FallbackDecided'],
    ['status_update', 'in1/1', 'StatusUpdateDrafted'],
  ])('B13: a %s, also where its kind is not known', async (kind, id, type) => {
    for (const asked of [kind, 'any']) {
      const found = await explained(asked, encodeURIComponent(id));
      expect([asked, found.kind, types(found)]).toEqual([asked, kind, expect.arrayContaining([type])]);
    }
    expect((await served.send('GET', `/v1/explain/${kind}/none`, viewer)).status).toBe(404);
  });

  it('B13: an override, a fallback, an update and who is called: each from the numbers of the alert', async () => {
    for (const [kind, id, type] of [
      ['override', 'ov1', 'OverrideRequested'],
      ['fallback', 'fb1', 'FallbackDecided'],
      ['status_update', 'in1%2F1', 'StatusUpdateDrafted'],
      ['escalation', 'in1', 'EscalationStarted'],
    ] as const) {
      const told = types(await explained(kind, id));
      expect([kind, told[0], told]).toEqual([kind, 'AlertFired', expect.arrayContaining(['IncidentOpened', type])]);
    }
    expect((await explained('gate', 'ro1')).kind).toBe('rollout');
    expect((await served.send('GET', '/v1/explain/status_update/in1%2F2', viewer)).status).toBe(404);
  });

  it('B13: each step has the numbers that it rests on, and none where it names none', async () => {
    const query = `{ explain(id: "co1") { steps { type evidence {
      signal value threshold window good bad coverage tick
    } } } }`;
    const { body } = await served.ask(query, viewer);
    expect(body).not.toHaveProperty('errors');
    const { explain } = body['data'] as unknown as { explain: Pick<Explanation, 'steps'> };
    const of = (type: string) => explain.steps.find((each) => each.type === type)?.evidence;
    const { signal, value, threshold, windowMs, good, bad, coverage } = reason;
    const numbers = { signal, value, threshold, window: windowMs, good, bad, coverage, tick: 6_507_878_400 };
    expect(of('AlertFired')).toEqual([numbers]);
    expect(of('RollbackDecided')).toEqual([numbers]);
    expect(of('CommandIssued')).toEqual([]);
    expect(step(await explained('command', 'co1'), 'AlertFired')?.evidence).toMatchObject([{ signal, value, good }]);
  });

  it('B13: the same over GraphQL, and an id that nothing has', async () => {
    const query = '{ explain(id: "in1") { kind steps { eventId from text } } whyNot(rule: "none") { verdict } }';
    const { body } = await served.ask(query, viewer);
    expect(body).toMatchObject({ data: { explain: { kind: 'incident' }, whyNot: { verdict: 'not_loaded' } } });
    const { status, body: problem } = await served.send('GET', '/v1/explain/any/none', viewer);
    expect([status, problem]).toMatchObject([404, { code: 'NOT_FOUND' }]);
    expect((await served.send('GET', '/v1/explain/thing/none', viewer)).status).toBe(400);
  });

  it('B13: why not: within its threshold, by how much', async () => {
    expect(await whyNot(RULE)).toMatchObject({
      verdict: 'within_threshold',
      because: 'success 99.9 % >= 99 % over 1m',
      value: 99.9,
      threshold: 99,
      margin: expect.closeTo(0.9),
    });
  });

  it('B13: why not: not evaluated for such a subject, too few outcomes', async () => {
    const region = { ...(await whyNot(RULE, `?subject=region:us-east&at=${NOW_MS}`)) };
    expect(region).toMatchObject({ verdict: 'not_loaded' });
    expect(region.because).toContain('is evaluated for fleet, release_region, not for region');
    expect(await whyNot(RULE, `?subject=${encodeURIComponent('v9+c1|us-west')}`)).toMatchObject({
      verdict: 'unknown',
      because: '0 outcomes in the window, at least 100 are needed: nothing is known',
    });
  });

  it('B13: why not: beyond the threshold, but by a handful of failures', async () => {
    expect(await whyNot(RULE, `?subject=${encodeURIComponent('v8+c1|us-east')}`)).toMatchObject({
      verdict: 'minimum',
      because: 'success 95 % < 99 % over 1m, but by 5 failures; at least 10 are needed',
      margin: -4,
    });
  });

  it('B13: why not: the condition held and nothing was open yet', async () => {
    expect(await whyNot(RULE, `?subject=${encodeURIComponent('v9+c1|us-east')}`)).toMatchObject({
      verdict: 'pending',
      margin: expect.closeTo(10 - 99),
    });
  });

  it('B13: why not: it did fire, and what its incident refused', async () => {
    const found = await whyNot(RULE, `?subject=${encodeURIComponent(COHORT)}`);
    expect(found).toMatchObject({ verdict: 'fired' });
    expect(found.because).toBe(
      'it did: alert al1 opened incident in1; rail capacity refused: 3 of 9 nodes would go on serving (at least 60 %)',
    );
    expect(found.events.map(({ id }) => id)).toContain('alert-al1@1');
  });

  it('B13: why not: it fired and was silenced, by whom and until when; or another alert explains it', async () => {
    const silenced = await whyNot(RULE, '?subject=v1%7Csilence');
    expect(silenced).toMatchObject({ verdict: 'muted' });
    expect(silenced.because).toContain('silenced by ana: peering is moved (silence si1, until ');
    const inhibited = await whyNot(RULE, '?subject=v1%7Calert');
    expect(inhibited).toMatchObject({ verdict: 'inhibited' });
    expect(inhibited.because).toContain('inhibited: it is explained (alert al1)');
  });

  const cohort = (release: string): string => `?subject=${encodeURIComponent(`${release}|us-east`)}`;

  it('B13: why not: beyond the threshold, but it may be by chance', async () => {
    expect(await whyNot('failures', cohort('v7+c1'))).toMatchObject({
      verdict: 'not_sure',
      because: expect.stringMatching(
        /^failures 10\.58 % > 5 % over 1m, but it may be \d.* by chance \(confidence 99\.9 %\)/,
      ),
    });
    expect(await whyNot('sure_success', cohort('v7+c1'))).toMatchObject({ verdict: 'not_sure' });
    expect(await whyNot('failures', cohort('v9+c1'))).toMatchObject({ verdict: 'pending' });
  });

  it('B13: why not: any percentile of latency is read, with its bound', async () => {
    expect(await whyNot('p90', cohort('slow'))).toMatchObject({ verdict: 'not_sure', value: expect.closeTo(300, -1) });
    expect(await whyNot('p95', cohort('slow'))).toMatchObject({ verdict: 'pending', value: expect.closeTo(300, -1) });
  });

  it('B13: why not: the rule chooses other subjects', async () => {
    const said = { verdict: 'not_loaded', because: expect.stringContaining('evaluated where region eu-*') };
    expect(await whyNot('in_europe', cohort('v9+c1'))).toMatchObject(said);
    expect(await whyNot('in_europe', '?subject=node:n1')).toMatchObject(said);
    expect(await whyNot('in_europe', '?subject=node:n2')).toMatchObject({ verdict: 'unknown' });
    expect(await whyNot('in_europe', '?subject=pop:iad1')).toMatchObject(said);
    expect(await whyNot('customers', '?subject=customer:delta')).toMatchObject({ verdict: 'not_loaded' });
    expect(await whyNot('gold', '?subject=customer:ems')).toMatchObject({ verdict: 'not_loaded' });
    expect(await whyNot('gold', '?subject=customer:delta')).toMatchObject({ verdict: 'pending' });
    expect(await whyNot('canary_nodes', '?subject=node:n2')).toMatchObject({ verdict: 'not_loaded' });
    expect(await whyNot('canary_nodes', '?subject=node:n1')).toMatchObject({
      verdict: 'unreadable',
      because: expect.stringContaining('which release n1 ran then is not held'),
    });
  });

  it('B13: why not: the long window breaches, the short one does not', async () => {
    expect(await whyNot('failures', cohort('over'))).toMatchObject({ verdict: 'pending' });
    expect(await whyNot('still', cohort('over'))).toMatchObject({
      verdict: 'within_threshold',
      value: 0,
      because: 'failures 25 % > 5 % over 1m, but its short window does not say so: failures 0 % <= 5 % over 10s',
    });
    expect(await whyNot('still', cohort('v9+c1'))).toMatchObject({ verdict: 'pending' });
  });

  it('B13: why not: what cannot be read says why', async () => {
    const because = async (rule: string, query: string): Promise<string> => {
      const found = await whyNot(rule, query);
      expect(found.verdict).toBe('unreadable');
      return found.because;
    };
    expect(await because('of_release', '?subject=release:v9%2Bc1')).toContain('ask for release|region');
    expect(await because('pop_latency', '?subject=pop:iad1')).toContain('latency of a pop is not told to the rules');
    expect(await because('burn', '')).toContain('burn_rate is read of minutes');
    expect(await because('customer_impact_score', '')).toContain('customer_impact is not held in the segments');
  });

  it('B13: every decision says why as a field, and REST says the same', async () => {
    const why = 'why(first: 20) { eventId type }';
    const query = `{ incident(incidentId: "in1") { ${why} alerts { ${why} } rollbacks { ${why} commands { ${why} } } } }`;
    const { body } = await served.ask(query, viewer);
    const { incident } = body['data'] as unknown as { incident: Record<'alerts' | 'rollbacks', [Why]> & Why };
    const [alert, rollback] = [incident.alerts[0], incident.rollbacks[0]];
    const typesOf = (each: Why): readonly string[] => each.why.map(({ type }) => type);
    expect(typesOf(incident)).toEqual(expect.arrayContaining(['AlertFired', 'IncidentOpened', 'RollbackDecided']));
    expect(typesOf(rollback)).toEqual(expect.arrayContaining(['AlertFired', 'CommandIssued']));
    const { steps } = await explained('alert', 'al1');
    expect(alert.why.map(({ eventId }) => eventId)).toEqual(steps.slice(0, 20).map(({ id }) => id));
  });

  it('B13: why not: no such rule, a signal that is not held, a subject that is none', async () => {
    const missing = await whyNot('R99');
    expect(missing).toMatchObject({ verdict: 'not_loaded' });
    expect(missing.because).toContain(RULE);
    expect(await whyNot('customer_impact_score')).toMatchObject({ verdict: 'unreadable', value: null });
    expect((await served.send('GET', `/v1/why-not/${RULE}?subject=thing:x`, viewer)).status).toBe(400);
    expect((await served.send('GET', `/v1/why-not/${RULE}?at=yesterday`, viewer)).status).toBe(400);
  });
});
