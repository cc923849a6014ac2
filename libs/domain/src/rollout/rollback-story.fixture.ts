import { createHash } from 'node:crypto';
import type { Command, CommandAnswer, Event, EventType } from '#contracts';
import { EngineStory, type StoryOptions } from '#testing';
import { rollbackIdOf } from './rollback.js';

/** What the fleet ran before. */
export const GOOD = 'v2.1.4+c41';
/** What was brought to it. */
export const BAD = 'v2.1.5+c42';
/** The rollout that brought it. */
export const ROLLOUT = {
  rolloutId: 'rollout-1',
  release: { softwareVersion: 'v2.1.5', configRev: 'c42' },
  previous: { softwareVersion: 'v2.1.4', configRev: 'c41' },
};
/** As stories make ids. */
export const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
/** The one rollback of the rollout. */
export const ROLLBACK_ID = rollbackIdOf(ROLLOUT, hash);

const REGIONS = ['us-east', 'europe'];
const NODES_PER_REGION = 8;

/** A small fleet that is healthy: two regions of eight nodes, four in each PoP. */
export const smallStory = (options: Partial<StoryOptions> = {}): EngineStory =>
  new EngineStory({
    customers: [{ customerId: 'c1', name: 'C1', tier: 'tier3', critical: false }],
    settings: { verifyMs: 10_000 },
    build: (fleet) => {
      for (const region of REGIONS)
        for (let index = 0; index < NODES_PER_REGION; index += 1) {
          const pop = `${region}-${Math.floor(index / 4)}`;
          fleet.add({ nodeId: `${pop}-n${index % 4}`, pop, region, release: GOOD, qps: 2_000 });
        }
    },
    ...options,
  });

/** Brings the release to the first half of each region; its nodes are healthy until they fail. */
export const bring = (story: EngineStory): readonly string[] => {
  const nodes = REGIONS.flatMap((region) =>
    story.fleet.nodes.filter((node) => node.region === region).slice(0, NODES_PER_REGION / 2),
  );
  for (const node of nodes) node.release = BAD;
  const nodeIds = nodes.map(({ nodeId }) => nodeId);
  const signal = { type: 'deploy', service: 'dns', stage: 'canary', ...ROLLOUT, nodes: nodeIds, atUs: 0 } as const;
  story.fleet.signals.push(signal);
  return nodeIds;
};

/** The fault of 2021: 77 % of what the release answers fails. */
export const break2021 = (story: EngineStory): void => {
  for (const node of story.fleet.nodes) if (node.release === BAD) Object.assign(node, { failing: 0.77, timeouts: 0.5 });
};

/** An outage of the release ten seconds after it came. */
export const outage = (options: Partial<StoryOptions> = {}): EngineStory => {
  const story = smallStory(options);
  bring(story);
  story.play(10);
  break2021(story);
  return story;
};

/** What an executor makes of a command: what it does to a node, and what it answers; nothing: silence. */
export type Executor = (command: Command, nodeId: string, story: EngineStory) => readonly Partial<CommandAnswer>[];

/** Puts a node on the target of a command. */
export const apply = ({ to }: Command, nodeId: string, story: EngineStory, failing = 0.0005): void => {
  const node = story.fleet.nodes.find((each) => each.nodeId === nodeId);
  if (node !== undefined) Object.assign(node, { release: `${to.softwareVersion}+${to.configRev}`, failing });
};

const STEPS = ['stop', 'deploy', 'start'] as const;

/** The four steps of R58, all well. */
export const stepAnswers = ({ to }: Command): readonly Partial<CommandAnswer>[] => [
  { status: 'accepted' },
  ...STEPS.map((step) => ({ status: 'running' as const, step, ...(step === 'start' && { probes: 5, passed: 5 }) })),
  { status: 'done', step: 'verify', ...to },
];

/** An executor that obeys by the four steps. */
export const obedient: Executor = (command, nodeId, story) => {
  apply(command, nodeId, story);
  return stepAnswers(command);
};

const answer = (command: Command, nodeId: string, afterS: number, said: Partial<CommandAnswer>): CommandAnswer => ({
  type: 'answer',
  nodeId,
  agentBootId: '1',
  atUs: Math.round(afterS * 1_000_000),
  commandId: command.commandId,
  generation: command.generation,
  status: 'done',
  detail: '',
  ...said,
});

/** Lets an executor act `delayS` after each command. */
export const execute = (story: EngineStory, executor: Executor, delayS = 3): void => {
  let pending: { readonly command: Command; readonly dueS: number }[] = [];
  story.onDecided = (events, afterS) => {
    for (const event of events)
      if (event.type === 'CommandIssued') pending.push({ command: event.data.command, dueS: afterS + delayS });
    for (const { command } of pending.filter(({ dueS }) => afterS >= dueS))
      for (const nodeId of command.audience)
        for (const said of executor(command, nodeId, story))
          story.fleet.reports.push(answer(command, nodeId, afterS, said));
    pending = pending.filter(({ dueS }) => afterS < dueS);
  };
};

/** The types of what was told, each where it was told first, of those that are asked for. */
export const firstOf = (told: EngineStory['told'], types: readonly EventType[]): readonly EventType[] => {
  const seen = new Set<EventType>();
  for (const { event } of told) if (types.includes(event.type)) seen.add(event.type);
  return [...seen];
};

/** All that was told, as text: two stories that are the same have the same. */
export const textOf = (told: EngineStory['told']): readonly string[] =>
  told.map(({ stream, event, afterS }) => JSON.stringify({ afterS, stream, event: event satisfies Event }));
