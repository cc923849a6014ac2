import { type Command, type Event, type EventType, type Rule, ruleOf } from '#contracts';
import { EngineStory } from '#testing';

const SLOW = { name: 'slow', severity: 'critical', actions: [{ do: 'redirect_traffic' }] } as const;

/**
 * The action of R25 on named regions, or on the fleet: a p99 above 5 s. A PoP has no percentile of its own here, so a rule of PoPs
 * reads success, of one second: what is slow in these stories times out. Whether that is slowness, the rails judge by themselves.
 */
const ruleFor = (scope: 'pop' | 'region' | 'fleet', keys: readonly string[]): Rule => {
  const where = scope === 'fleet' ? {} : { [scope]: [...keys] };
  const place = { ...SLOW, scopes: [scope], where, actions: [...SLOW.actions] };
  return scope === 'pop'
    ? ruleOf({ ...place, signal: 'success_rate', comparison: 'below', threshold: 99.5, windowMs: 1_000 })
    : ruleOf({
        ...place,
        signal: 'latency',
        percentile: 0.99,
        comparison: 'above',
        threshold: 5_000,
        windowMs: 10_000,
      });
};

/** R25 as it is shipped, for regions. */
export const LATENCY_RULE: Rule = ruleOf({
  name: 'slow',
  signal: 'latency',
  percentile: 0.99,
  scopes: ['region'],
  comparison: 'above',
  threshold: 5_000,
  windowMs: 60_000,
  severity: 'critical',
  actions: [{ do: 'redirect_traffic' }],
});

/** PoPs, named after their regions: three nodes each. */
const POPS = ['us-east-0', 'us-east-1', 'us-east-2', 'europe-0', 'asia-0'];

/** How a story is other than usual. */
export interface RedirectStoryOptions {
  readonly rule?: Rule;
  readonly pops?: readonly string[];
  readonly more?: readonly Rule[];
}

/** Three PoPs in us-east, one in asia and europe, three nodes in each PoP; the rule of R25, and what is asked for. */
export const redirectStory = (
  scope: 'pop' | 'region' | 'fleet' = 'pop',
  keys: readonly string[] = ['us-east-0'],
  { rule = ruleFor(scope, keys), pops = POPS, more = [] }: RedirectStoryOptions = {},
): EngineStory =>
  new EngineStory({
    customers: [{ customerId: 'a', name: 'A', tier: 'tier3', critical: false }],
    settings: { verifyMs: 30_000 },
    rules: [rule, ...more],
    build: (fleet) => {
      for (const pop of pops)
        for (let index = 0; index < 3; index += 1) {
          const region = pop.slice(0, -2);
          fleet.add({ nodeId: `${pop}-n${index}`, pop, region, release: 'v2.1.4+c41', qps: 2_000 });
        }
    },
  });

/** One answer in 25 times out: p99 is a timeout, success is 96 %. */
export const slow = (told: EngineStory, fits: (node: EngineStory['fleet']['nodes'][number]) => boolean): void => {
  for (const node of told.fleet.nodes) if (fits(node)) Object.assign(node, { failing: 0.04, timeouts: 1 });
};
/** Back to normal. */
export const heal = (told: EngineStory): void => {
  for (const node of told.fleet.nodes) Object.assign(node, { failing: 0.0005, timeouts: 0 });
};

/** The commands that were issued. */
export const commandsOf = (told: EngineStory): readonly Command[] =>
  told.all('CommandIssued').map(({ command }) => command);

/** Types of the events of redirects, in order. */
export const redirectTypes = (told: EngineStory): readonly EventType[] =>
  told.told.filter(({ stream }) => stream.startsWith('redirect-')).map(({ event: { type } }) => type);

/** Nodes that do as they are told, `afterS` later; the ones that `fits` refuses answer nothing. */
export const obeyRedirects = (told: EngineStory, fits: (command: Command) => boolean = () => true): void => {
  told.onDecided = (events: readonly Event[], afterS) => {
    for (const decided of events) {
      if (decided.type !== 'CommandIssued' || !fits(decided.data.command)) continue;
      const { action, audience, commandId, generation } = decided.data.command;
      for (const node of told.fleet.nodes.filter(({ nodeId }) => audience.includes(nodeId))) {
        node.silent = action === 'drain';
        told.fleet.reports.push({
          type: 'answer',
          nodeId: node.nodeId,
          agentBootId: '1',
          atUs: Math.round(afterS * 1_000_000),
          commandId,
          generation,
          status: 'done',
          detail: '',
        });
      }
    }
  };
};
