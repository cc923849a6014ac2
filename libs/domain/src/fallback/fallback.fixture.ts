import { type Command, type Event, type Rule, ruleOf } from '#contracts';
import { EngineStory } from '#testing';

/** Customers of a story, the most urgent last, so that an order by the catalogue would be noticed. */
const CUSTOMERS = [
  { customerId: 'shop', name: 'Shop', tier: 'tier3', critical: false, zones: ['shop.example'] },
  { customerId: 'bank', name: 'Bank', tier: 'tier1', critical: false, zones: ['bank.example', 'pay.bank.example'] },
  { customerId: 'rescue', name: 'Rescue', tier: 'tier2', critical: true, zones: ['rescue.example'] },
] as const;

/** Fires when anybody is hurt; as people write it, `fall_back: {dry_run: false}`. */
export const fallBackRule = (isDryRun?: boolean): Rule =>
  ruleOf({
    name: 'hurt',
    signal: 'affected_customers',
    comparison: 'above',
    threshold: 0,
    windowMs: 60_000,
    scopes: ['fleet'],
    severity: 'critical',
    actions: [{ do: 'fall_back', ...(isDryRun === undefined ? {} : { isDryRun }) }],
  });

/** Two regions of three nodes; whoever asks is hurt when they fail. */
export const fallbackStory = (rule: Rule = fallBackRule(false), ...more: readonly Rule[]): EngineStory =>
  new EngineStory({
    customers: CUSTOMERS,
    rules: [rule, ...more],
    build: (fleet) => {
      for (const region of ['us-east', 'europe'])
        for (let index = 0; index < 3; index += 1)
          fleet.add({ nodeId: `${region}-n${index}`, pop: `${region}-0`, region, release: 'v2.1.4+c41', qps: 1_000 });
    },
  });

/** A share of what every node answers fails. */
export const failing = (told: EngineStory, share: number): void => {
  for (const node of told.fleet.nodes) Object.assign(node, { failing: share });
};

/** The commands that were issued. */
export const commandsOf = (told: EngineStory): readonly Command[] =>
  told.all('CommandIssued').map(({ command }) => command);

/** An executor that speaks for every provider: it answers each command at once, by what `statusOf` says; undefined: it is silent. */
export const executor = (
  told: EngineStory,
  statusOf: (command: Command, provider: string) => 'done' | 'failed' | 'refused' | undefined = () => 'done',
): void => {
  told.onDecided = (events: readonly Event[], afterS) => {
    for (const each of events) if (each.type === 'CommandIssued') answer(told, each.data.command, afterS, statusOf);
  };
};

const answer = (
  told: EngineStory,
  command: Command,
  afterS: number,
  statusOf: (command: Command, provider: string) => 'done' | 'failed' | 'refused' | undefined,
): void => {
  for (const nodeId of command.audience) {
    const status = statusOf(command, nodeId);
    if (status === undefined) continue;
    const { commandId, generation } = command;
    const report = { type: 'answer', nodeId, agentBootId: '1', commandId, generation, status, detail: '' } as const;
    told.fleet.reports.push({ ...report, atUs: Math.round(afterS * 1_000_000) });
  }
};
