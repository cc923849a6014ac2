import { type Command, event, type Event, type EventType, type Reason, type Rule, ruleOf, streamOf } from '#contracts';
import { EngineStory, ORIGIN_MS } from '#testing';

/**
 * The action of R25 on places. Latency of a PoP is not kept, so the rule here reads success, of one second: what is slow in these
 * stories times out. Whether that is slowness, the rails judge by themselves.
 */
const ruleFor = (...scopes: readonly ('pop' | 'region' | 'fleet')[]): Rule =>
  ruleOf({
    name: 'latency_p99',
    signal: 'success_rate',
    scopes: [...scopes],
    comparison: 'below',
    threshold: 99.5,
    windowMs: 1_000,
    severity: 'critical',
    actions: [{ do: 'redirect_traffic' }],
  });
const RULE_NAME = ruleFor('pop').name;

/** Three PoPs in us-east, one in asia and europe, three nodes in each PoP; only the rule of R25. */
export const redirectStory = (...scopes: readonly ('pop' | 'region' | 'fleet')[]): EngineStory =>
  new EngineStory({
    customers: [{ customerId: 'a', name: 'A', tier: 'tier3', critical: false }],
    settings: { verifyMs: 30_000 },
    rules: [scopes.length === 0 ? ruleFor('pop', 'region') : ruleFor(...scopes)],
    build: (fleet) => {
      for (const pop of ['us-east-0', 'us-east-1', 'us-east-2', 'europe-0', 'asia-0'])
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

const reason = (told: EngineStory): Reason => ({
  rule: RULE_NAME,
  signal: 'latency',
  text: 'p99 timeout > 5000 ms over 1m',
  value: null,
  threshold: 5_000,
  windowMs: 60_000,
  good: 9_600,
  bad: 400,
  tick: Math.floor((ORIGIN_MS + told.afterS * 1_000) / 250),
  coverage: 1,
});

/** The alert of a place fires now. */
export const fires = (told: EngineStory, scope: 'pop' | 'region' | 'fleet', key: string): void =>
  told.tell(
    streamOf.alert(`alert-${key}`),
    event('AlertFired', {
      alertId: `alert-${key}`,
      rule: RULE_NAME,
      scope,
      key,
      severity: 'critical',
      reason: reason(told),
      at: ORIGIN_MS + told.afterS * 1_000,
    }),
  );

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
