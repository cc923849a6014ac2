import type { AlertRow } from '#store';
import { DEFAULT_RULES } from '#testing';
import { aggregator } from '../../aggregator/src/aggregator.role.js';
import { api } from '../../api/src/api.role.js';
import { gateway } from '../../gateway/src/gateway.role.js';
import { rules } from '../../rules/src/rules.role.js';
import { EventTimeServer } from './event-time-server.fixture.js';
import { ToldFleet, type ToldNode } from './told-fleet.fixture.js';

const GOOD = { softwareVersion: 'v2.1.4', configRev: 'c41' };
const BAD = { softwareVersion: 'v2.1.5', configRev: 'c42' };
const STARTS_AT_MS = Date.UTC(2021, 6, 22, 11, 47);
/** Large ones (100 points each), and the many. */
const LARGE = Array.from({ length: 11 }, (_, index) => `c${index + 1}`);
const MANY = Array.from({ length: 10 }, (_, index) => `many-${index + 1}`);
const [LARGE_SHARE, LARGE_FAILING] = [0.018, 0.08];

const fleet = new ToldFleet(['asia', 'us-east'], 4, GOOD, [
  ...LARGE.map((customerId) => ({ customerId, tier: 'tier1', share: LARGE_SHARE }) as const),
  ...MANY.map((customerId) => {
    return { customerId, tier: 'tier3', share: (1 - LARGE_SHARE * LARGE.length) / MANY.length } as const;
  }),
]);

/** So many large customers are hurt; all others fail so much. */
const fail = (large: number, others: number): void => {
  const hurt = new Set(LARGE.slice(0, large));
  for (const node of fleet.nodes) node.failing = (customer) => (hurt.has(customer) ? LARGE_FAILING : others);
};

const failOf = (release: typeof BAD, failing: number): void => {
  for (const node of fleet.nodes) if (node.release === release) node.failing = () => failing;
};

const change = (nodes: readonly ToldNode[], conduct: Partial<ToldNode>): void => {
  for (const node of nodes) Object.assign(node, conduct);
};

const deploy = async (server: EventTimeServer): Promise<void> => {
  const nodes = ['asia', 'us-east'].flatMap((region) => fleet.in(region).slice(0, 2));
  change(nodes, { release: BAD });
  const release = { rolloutId: 'r1', service: 'dns', release: BAD, previous: GOOD, stage: 'batch-1' };
  const ids = nodes.map(({ nodeId }) => nodeId);
  await server.signal({ type: 'deploy', ...release, nodes: ids, atUs: server.nowMs * 1_000 });
};

interface Stretch {
  readonly seconds: number;
  readonly tickets?: number;
  readonly begin: (server: EventTimeServer) => Promise<void> | void;
}

/** Each goes on where the one before ended; a fault that has begun lasts to the end, so that no window has to be waited out. */
const STRETCHES = {
  'all is well': { seconds: 15, tickets: 0, begin: () => undefined },
  'all is nearly too much': {
    seconds: 65,
    tickets: 900,
    begin: () => {
      fail(0, 0.002);
      change(fleet.nodes, { slowness: 1.2 });
      change(fleet.in('asia').slice(3), { isSilent: true });
    },
  },
  'one large customer is hurt, and one node is slow': {
    seconds: 45,
    tickets: 1_500,
    begin: () => {
      fail(1, 0.0005);
      change(fleet.nodes, { slowness: 1, isSilent: false });
      change(fleet.in('us-east').slice(3), { slowness: 10 });
    },
  },
  'five are hurt, and all nodes are slow': {
    seconds: 55,
    tickets: 1_500,
    begin: () => {
      fail(5, 0.0005);
      change(fleet.nodes, { slowness: 36 });
    },
  },
  'ten are hurt, and queries time out': {
    seconds: 45,
    tickets: 1_500,
    begin: () => {
      fail(10, 0.0005);
      change(fleet.in('asia'), { timeouts: 0.02 });
    },
  },
  'eleven are hurt, and a release fails 7 %': {
    seconds: 60,
    tickets: 1_500,
    begin: async (server) => {
      await deploy(server);
      fail(11, 0.02);
      failOf(BAD, 0.07);
    },
  },
  'the release fails 20 %, and two nodes fall silent': {
    seconds: 40,
    tickets: 1_500,
    begin: () => {
      failOf(BAD, 0.2);
      change(fleet.in('us-east').slice(2), { isSilent: true });
    },
  },
  'nobody tells anything': {
    seconds: 20,
    begin: () => change(fleet.nodes, { isSilent: true }),
  },
} satisfies Readonly<Record<string, Stretch>>;

type Name = keyof typeof STRETCHES;
const [WELL, LAST, UNKNOWN] = [
  'all is well',
  'the release fails 20 %, and two nodes fall silent',
  'nobody tells anything',
] as const satisfies readonly Name[];

interface Case {
  readonly row: string;
  readonly rule: string;
  /** Of what fires. */
  readonly key: string;
  /** The last stretch that the rule lets pass; for most it is as near to the threshold as whole customers and nodes allow. */
  readonly passes: Name;
  /** The one after it. */
  readonly fires: Name;
}

const [NEARLY, ONE, FIVE, TEN, ELEVEN] = Object.keys(STRETCHES).slice(1) as [Name, Name, Name, Name, Name];
/** The windows of what is judged by segments can be read again: then `why-not` says that there was something to judge. */
const READ_AGAIN = ['success_rate', 'failure_rate', 'latency'];
const COHORT = 'v2.1.5+c42|asia';
const CASES: readonly Case[] = [
  { row: 'R17', rule: 'dns_resolution_success_rate', key: 'fleet', passes: FIVE, fires: TEN },
  { row: 'R18', rule: 'customer_impact_score', key: 'fleet', passes: TEN, fires: ELEVEN },
  { row: 'R19', rule: 'dns_query_latency', key: 'fleet', passes: NEARLY, fires: FIVE },
  { row: 'R14', rule: 'dns_resolution_failure_rate', key: COHORT, passes: ELEVEN, fires: LAST },
  { row: 'R15', rule: 'customer_error_rate_spike', key: 'fleet', passes: NEARLY, fires: ONE },
  { row: 'R10, R16', rule: 'support_ticket_volume', key: 'fleet', passes: NEARLY, fires: ONE },
  { row: 'R9', rule: 'unresponsive_infrastructure', key: 'fleet', passes: NEARLY, fires: LAST },
  { row: 'R20', rule: 'global_dns_success_rate', key: 'fleet', passes: ONE, fires: FIVE },
  { row: 'R21', rule: 'dashboard_customer_impact_score', key: 'fleet', passes: ONE, fires: FIVE },
  { row: 'R22', rule: 'resolution_latency_p99', key: 'fleet', passes: NEARLY, fires: ONE },
  { row: 'R24', rule: 'escalate_customer_impact', key: 'fleet', passes: TEN, fires: ELEVEN },
  { row: 'R25', rule: 'redirect_latency_p99', key: 'asia', passes: FIVE, fires: TEN },
  { row: 'R23, R26', rule: 'rollback_success_rate', key: COHORT, passes: TEN, fires: ELEVEN },
  { row: 'R27', rule: 'rollback_customer_impact', key: 'fleet', passes: FIVE, fires: TEN },
  { row: 'R28', rule: 'rollback_error_rate_spike', key: 'fleet', passes: ONE, fires: FIVE },
];

describe('the shipped rules (R9, R10, R14–R28), through all roles of the path, in event time', () => {
  let server: EventTimeServer;
  /** What the API said at the end of each stretch. */
  const seen = new Map<string, readonly AlertRow[]>();
  const verdicts = new Map<string, string>();
  const alertsOf = (rule: string, stretch: Name) => seen.get(stretch)!.filter((alert) => alert.rule === rule);
  const stateOf = ({ rule, key }: Case, stretch: Name) =>
    alertsOf(rule, stretch).flatMap((alert) => (alert.key === key ? [alert.state] : []));

  beforeAll(async () => {
    server = await EventTimeServer.open([gateway, aggregator, rules, api], fleet, STARTS_AT_MS);
    for (const [name, stretch] of Object.entries<Stretch>(STRETCHES)) {
      await stretch.begin(server);
      await server.play(stretch.seconds, stretch.tickets);
      seen.set(name, await server.alerts());
      for (const { rule, key } of CASES.filter(({ passes }) => passes === name))
        verdicts.set(rule, await server.whyNot(rule, key === 'asia' ? 'region:asia' : 'fleet'));
    }
  }, 240_000);
  afterAll(() => server.close());

  it('are all of them, each unknown without data', () => {
    expect(CASES.map(({ rule }) => rule)).toEqual(DEFAULT_RULES.map(({ name }) => name));
    expect(DEFAULT_RULES.map(({ noData }) => noData)).toEqual(CASES.map(() => 'unknown'));
  });

  it.each(CASES)('$row: $rule fires when $fires', (each) => {
    expect(stateOf(each, each.fires)).toEqual(['firing']);
  });

  it.each(CASES)('$row: $rule does not when $passes', ({ rule, passes }) => {
    const { signal } = DEFAULT_RULES.find(({ name }) => name === rule)!;
    expect(alertsOf(rule, WELL)).toEqual([]);
    expect(alertsOf(rule, passes)).toEqual([]);
    expect(verdicts.get(rule)).toBe(READ_AGAIN.includes(signal) ? 'within_threshold' : 'unreadable');
  });

  it.each(CASES)(`$row: $rule is unknown when ${UNKNOWN}, and not over`, (each) => {
    expect(stateOf(each, LAST)).toEqual(['firing']);
    expect(stateOf(each, UNKNOWN)).toEqual(['unknown']);
    const states = alertsOf(each.rule, UNKNOWN).map(({ state, because }) => [state, because]);
    expect(states).toEqual(states.map(() => ['unknown', 'no node reports']));
  });
});
