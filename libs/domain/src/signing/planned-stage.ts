import type { Command, Event, EventData } from '#contracts';
import { dataOf, hasAny, type PlannedCommand, refused, type SigningRefused } from './signing-facts.js';

/** Shares in binary: 7 % of 100 nodes is 7, not 7.000000000000001. */
const EPSILON = 1e-9;

type Declared = EventData<'RolloutDeclared'>;

const begunFault = (events: readonly Event[], { plan }: Declared, stage: string): string | undefined => {
  const index = plan.stages.findIndex(({ name }) => name === stage);
  const before = plan.stages[index - 1];
  if (index === -1) return `the plan has no stage ${stage}`;
  if (before === undefined)
    return hasAny(events, 'RolloutStartRequested', 'RolloutStarted') ? undefined : 'nobody asked for its start';
  if (!dataOf(events, 'StagePromoted').some(({ next }) => next === stage)) return `no gate let it into stage ${stage}`;
  const isApproved = dataOf(events, 'StageApproved').some((each) => each.stage === before.name);
  return before.needsApproval === true && !isApproved ? `nobody approved what follows ${before.name}` : undefined;
};

/** Of those that the rollout names, no more than the share of the stage; of a rollout for every node the inventory is no bound. */
const widthFault = (events: readonly Event[], { plan, nodes }: Declared, stage: string): string | undefined => {
  const told = new Set(dataOf(events, 'StageCommanded').flatMap((each) => each.nodes));
  const share = plan.stages.find(({ name }) => name === stage)?.sharePercent ?? 0;
  if (nodes.length === 0) return undefined;
  const foreign = [...told].filter((nodeId) => !nodes.includes(nodeId));
  if (foreign.length > 0) return `${foreign.length} nodes are not among those that the rollout is for`;
  const most = Math.max(1, Math.ceil((share * nodes.length) / 100 - EPSILON));
  return told.size > most ? `${told.size} nodes were told, and stage ${stage} is ${most}` : undefined;
};

const plannedHalt = (command: Command, events: readonly Event[]): PlannedCommand | SigningRefused => {
  if (!hasAny(events, 'HaltRequested', 'RolloutHalted')) return refused('plan', 'nobody halted the rollout');
  const begun = [...dataOf(events, 'RolloutStarted'), ...dataOf(events, 'RolloutDeclared')][0];
  if (begun === undefined) return refused('plan', 'there is no such rollout');
  const told = dataOf(events, 'HaltCommanded').filter(({ commandId }) => commandId === command.commandId);
  const [halt] = told;
  if (halt === undefined || told.length > 1)
    return refused('wave', `the rollout commanded ${command.commandId} ${told.length} times`);
  const { service, release } = begun;
  const { nodes: audience, generation } = halt;
  return { service, from: release, to: release, audience, generation, wave: undefined, rails: [], by: undefined };
};

/** What the stream of a rollout says that a command of it must be: a stage that its gate let begin, no wider than planned; or a halt. */
export const plannedStage = (command: Command, events: readonly Event[]): PlannedCommand | SigningRefused => {
  if (command.action === 'halt') return plannedHalt(command, events);
  if (command.action !== 'deploy') return refused('plan', `a rollout commands no ${command.action}`);
  const [declared] = dataOf(events, 'RolloutDeclared');
  if (declared?.mode !== 'driving') return refused('plan', 'no rollout was declared that is driven from here');
  if (hasAny(events, 'HaltRequested', 'RolloutHalted', 'RolloutRolledBack', 'RolloutCompleted', 'RolloutEnded'))
    return refused('plan', 'the rollout goes no further');
  if (dataOf(events, 'GateDecided').some(({ verdict }) => verdict === 'roll_back'))
    return refused('plan', 'its gate says roll back');
  const told = dataOf(events, 'StageCommanded').filter(({ commandId }) => commandId === command.commandId);
  const [stage] = told;
  if (stage === undefined || told.length > 1)
    return refused('wave', `the rollout commanded ${command.commandId} ${told.length} times`);
  const fault = begunFault(events, declared, stage.stage) ?? widthFault(events, declared, stage.stage);
  if (fault !== undefined) return refused('wave', fault);
  const { service, previous: from, release: to } = declared;
  const { nodes: audience, generation } = stage;
  return { service, from, to, audience, generation, wave: undefined, rails: [], by: declared.by };
};
