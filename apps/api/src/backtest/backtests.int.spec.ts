import {
  canonicalDigest,
  event,
  holding,
  RULE_SET_EDITION,
  type RecordedEvent,
  ruleSetSchema,
  streamOf,
  TICK_MS,
} from '#contracts';
import type { Backtest, BacktestResult } from '#contracts';
import type { EventLog } from '#event-log';
import {
  FakeClock,
  LAST_TICK,
  openTestDatabase,
  ORIGIN_TICK,
  recordStory,
  type ServedRoles,
  serveRoles,
  SOURCES,
  STORY_RULES,
  type TestDatabase,
  until,
} from '#testing';
import { api } from '../api.role.js';
import { Backtests } from './backtests.js';

const FROM_MS = ORIGIN_TICK * TICK_MS;
const TO_MS = (LAST_TICK + 1) * TICK_MS;

/** One rule, as a file has it; 80 % of what two nodes in five answer fails. */
const rulesOf = (threshold: number): string => `
rules:
  - alert: dns_resolution_success_rate
    signal: success_rate
    window: 1m
    fires: "< ${threshold} %"
    severity: critical
    actions: [page]
`;

const story = recordStory();

/** The set that the story was decided by, as a server begins: before anything else is known. */
const loaded: RecordedEvent = {
  position: 1,
  stream: streamOf.rules,
  version: 1,
  event: event('RulesLoaded', {
    version: 1,
    sha256: canonicalDigest(STORY_RULES),
    source: 'story',
    fromTick: 0,
    ruleSet: { ...ruleSetSchema.parse({ rules: STORY_RULES, verifyMs: 1_000 }), edition: RULE_SET_EDITION },
    // Long before: a change of rules just before an incident would be one of its causes.
    at: FROM_MS - 86_400_000,
  }),
  metadata: { actor: 'rules', cause: 'start' },
  recordedAtMs: FROM_MS - 2_000,
  hash: '',
};
const events = [loaded, ...story.events.map((each) => ({ ...each, position: each.position + 1 }))];

/** Appends what the story left in a log, each record at its moment. */
const appendStory = async (log: EventLog, time: { ms: number }): Promise<void> => {
  const all = story.records.flatMap((records, source) => records.map((record) => ({ record, source })));
  for (const { record, source } of all.toSorted((a, b) => a.record.appendedAtMs - b.record.appendedAtMs)) {
    const [topic, partition] = SOURCES[source]!;
    const { key, value, headers, appendedAtMs } = record;
    time.ms = appendedAtMs;
    await log.append(topic, [{ key, value, headers, partition }]);
    if (story.refused[source]!.has(record.offset))
      await log.append('telemetry.dead-letter', [
        { key: null, value: new Uint8Array(), headers: { origin: `${topic}/${partition}/${record.offset}` } },
      ]);
  }
  const value = (each: RecordedEvent): Uint8Array => Buffer.from(JSON.stringify(each));
  await log.append(
    'events',
    events.map((each) => ({ key: each.stream, value: value(each) })),
  );
};

describe('what other rules would have done', () => {
  let test: TestDatabase;
  let served: ServedRoles;
  let viewer: string;
  beforeAll(async () => {
    test = await openTestDatabase();
    const time = { ms: FROM_MS - 3_000 };
    served = await serveRoles([api], test, { clock: new FakeClock(TO_MS), logNowMs: () => time.ms });
    await appendStory(served.parts.eventLog, time);
    viewer = await served.keyOf('viewer');
  });
  afterAll(async () => {
    await served.close();
    await test.close();
  });

  const send = async (method: string, path: string, body?: unknown, key = viewer) => {
    const response = await fetch(`${served.url}${path}`, {
      method,
      headers: { authorization: key, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as {
      readonly code?: string;
      readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
      readonly backtest: Backtest;
      readonly backtests: readonly Backtest[];
    };
    return { status: response.status, location: response.headers.get('location') ?? '', ...answer };
  };
  const begin = (rules: string, over: object) => send('POST', '/v1/backtests', { rules, ...over });
  const ended = async (location: string): Promise<Backtest> => {
    let found: Backtest | undefined;
    await until('the backtest has ended', async () => {
      found = (await send('GET', location)).backtest;
      return found.endedAt !== null;
    });
    return found!;
  };
  const resultOf = async (rules: string, over: object): Promise<BacktestResult> => {
    const { status, location } = await begin(rules, over);
    expect(status).toBe(202);
    const { result, failure } = await ended(location);
    expect(failure).toBeNull();
    return result!;
  };
  const changesOf = ({ differences }: BacktestResult, kind: string): readonly string[] => [
    ...new Set(differences.filter((each) => each.kind === kind).map(({ change }) => change)),
  ];
  const incidentId = (): string => {
    const opened = events.find((each) => each.event.type === 'IncidentOpened')?.event;
    return opened?.type === 'IncidentOpened' ? opened.data.incidentId : '';
  };

  it('B14: a higher bar would have been silent: its alerts and its page are missing, and the incident is found later', async () => {
    const result = await resultOf(rulesOf(5), { fromMs: FROM_MS, toMs: TO_MS });
    expect(result).toMatchObject({ fromAt: FROM_MS, toAt: TO_MS, isReproduced: true, faults: 1 });
    expect(result.outcomes).toBeGreaterThan(10_000);
    expect(changesOf(result, 'alert')).toEqual(['missing']);
    // The gate of the rollout is no rule: it opens an incident all the same, later.
    expect(changesOf(result, 'page')).toEqual(['missing', 'added']);
    expect(result.before).toMatchObject({ found: 1, pages: 1 });
    expect(result.after).toMatchObject({ alerts: 1, pages: 1 });
    expect(result.worse).toEqual([expect.stringMatching(/^later: .* ms later$/)]);
  });

  it('B14: over the time of an incident; what is above the bar fires all the same, at its own moment', async () => {
    const result = await resultOf(rulesOf(95), { incidentId: incidentId() });
    expect(result.fromAt).toBe(FROM_MS);
    expect(result.after.found).toBe(1);
    const [rule] = result.rules;
    expect(rule?.rule).toBe('dns_resolution_success_rate');
    expect(rule?.alertsAfter).toBeGreaterThan(0);
    expect(result.rules.find((each) => each.alertsAfter === null)).toMatchObject({ foundAfter: null });
  });

  it('rules that cannot be loaded are told as their files would be: place, line and caret; nothing is begun', async () => {
    const { status, code, errors } = await begin(rulesOf(95).replace('window: 1m', 'windov: 1m'), {
      fromMs: FROM_MS,
      toMs: TO_MS,
    });
    expect([status, code]).toEqual([422, 'RULES_INVALID']);
    const unknown = errors?.find(({ detail }) => detail.includes('did you mean window?'));
    expect(unknown?.pointer).toBe('/rules');
    expect(unknown?.detail).toMatch(/^rules\.yml:5:5: [^\n]+\n {8}windov: …\n {8}\^$/);
    expect(await begin('rules: [', { fromMs: FROM_MS, toMs: TO_MS })).toMatchObject({ code: 'RULES_INVALID' });
  });

  it('a time that is none, or too long, is refused; one that the log does not hold ends with why', async () => {
    const rules = rulesOf(95);
    for (const over of [
      {},
      { fromMs: FROM_MS },
      { incidentId: 'in1', fromMs: FROM_MS, toMs: TO_MS },
      { fromMs: TO_MS, toMs: FROM_MS },
      { fromMs: FROM_MS, toMs: FROM_MS + 21_600_001 },
    ])
      expect([over, (await begin(rules, over)).code]).toEqual([over, 'BODY_INVALID']);
    const failed = async (over: object) => (await ended((await begin(rules, over)).location)).failure;
    expect(await failed({ incidentId: 'none' })).toBe('the log holds no incident none');
    const before = { fromMs: FROM_MS - 7_200_000, toMs: FROM_MS - 3_600_000 };
    expect(await failed(before)).toMatch(/^the log holds no telemetry of that time/);
    expect(await send('GET', '/v1/backtests/bt-none')).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  it('GraphQL begins one and tells what REST tells; no text of rules is kept', async () => {
    const graphql = async (query: string, variables: object) => {
      const answer: object = await send('POST', '/graphql', { query, variables });
      return answer as { readonly data: Readonly<Record<string, object>> };
    };
    const mutation = `mutation ($input: BeginBacktestInput!) {
      beginBacktest(input: $input) { backtest { backtestId status } userErrors { code message path } }
    }`;
    const times = { from: new Date(FROM_MS).toISOString(), to: new Date(TO_MS).toISOString() };
    const bad = await graphql(mutation, { input: { rules: 'rules: [{}]', ...times } });
    expect(bad.data['beginBacktest']).toMatchObject({
      backtest: null,
      userErrors: expect.arrayContaining([
        { code: 'RULES_INVALID', message: expect.any(String), path: ['input', 'rules'] },
      ]),
    });
    const { data } = await graphql(mutation, { input: { rules: rulesOf(7), ...times } });
    const { backtestId } = (data['beginBacktest'] as { readonly backtest: Backtest }).backtest;
    const { result } = await ended(`/v1/backtests/${backtestId}`);
    const query = `query ($id: String!) { backtest(backtestId: $id) {
      status progress result { from isReproduced differing differences { change kind action about beforeAt afterAt } }
    } }`;
    const { data: asked } = await graphql(query, { id: backtestId });
    const differences = result?.differences.map(({ change, kind, action, about, beforeAt, afterAt }) => ({
      change,
      kind,
      action,
      about,
      beforeAt: beforeAt === null ? null : new Date(beforeAt).toISOString(),
      afterAt: afterAt === null ? null : new Date(afterAt).toISOString(),
    }));
    const { differing, isReproduced } = result!;
    expect(asked['backtest']).toEqual({
      status: 'done',
      progress: 1,
      result: { from: times.from, isReproduced, differing, differences },
    });
    const { backtests } = await send('GET', '/v1/backtests');
    expect(backtests[0]).toMatchObject({ backtestId, status: 'done', result: null });
    expect(JSON.stringify([backtests, result])).not.toContain('fires:');
  });

  it('one runs and four wait, a sixth is refused; what takes too long is ended, and so is all when the process stops', async () => {
    const clock = new FakeClock(TO_MS);
    const { database, eventLog, logger } = served.parts;
    const never = () => new Promise<never>(() => undefined);
    const backtests = new Backtests({ database, clock, logger, eventLog: { ...eventLog, offsets: never } });
    const who = { keyId: 'k1', subject: 'key:k1', name: 'vi', nodeId: undefined, ...holding('viewer') };
    const beginHere = () => backtests.begin({ rules: rulesOf(7), fromMs: FROM_MS, toMs: TO_MS }, who);
    const statuses = () => backtests.newest().map(({ status }) => status);
    await beginHere();
    await until('it runs', async () => clock.sleeping === 1);
    for (const _ of [1, 2, 3, 4]) await beginHere();
    expect(await beginHere()).toMatchObject({ refused: 'BACKTESTS_TOO_MANY' });
    expect(statuses()).toEqual(['waiting', 'waiting', 'waiting', 'waiting', 'running']);
    await clock.advance(900_000);
    await until('the next one runs', async () => statuses()[3] === 'running');
    expect(backtests.newest().at(-1)?.failure).toBe('it took longer than 15 min: ask for a shorter time');
    await backtests.stop();
    expect(new Set(statuses())).toEqual(new Set(['failed']));
    expect(backtests.newest()[0]?.failure).toBe('its process was stopped before it was done');
  });
});
