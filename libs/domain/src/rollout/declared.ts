import type { EventData, ROLLOUT_MODES, RolloutPlan, Stage } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

/** What must be there before a rollout starts. */
export type PreflightItem = EventData<'PreflightBlocked'>['missing'][number]['item'];

/** How far the update of one node has come. */
export interface NodeUpdate {
  readonly commandId: string;
  readonly commandedAtMs: number;
  /** Log time of the answer `done`; undefined before. */
  readonly answeredAtMs: number | undefined;
  readonly status: 'commanded' | 'answered' | 'done' | 'failed' | 'timeout';
}

/**
 * What was declared of a rollout, and how far it has come. A node that Tocsin updates goes
 *
 *   commanded ──NodeUpdated done, no probes told──▶ answered ──NodeUpdated with probes──▶ done | failed
 *       └──NodeUpdated with probes──▶ done      └──(either)── NodeUpdated failed | timeout ──▶ failed | timeout
 */
export interface Declared {
  readonly mode: (typeof ROLLOUT_MODES)[number];
  readonly plan: RolloutPlan;
  /** Whom it is for; empty: every node of the fleet. */
  readonly targets: ReadonlySet<string>;
  readonly declaredAtMs: number;
  readonly isRiskAssessed: boolean;
  readonly isImpactComputed: boolean;
  /** The last load test: on which node, and the families that passed. */
  readonly loadTest: { readonly nodeId: string; readonly passed: readonly string[] } | undefined;
  /** What somebody overrode, by name and reason. */
  readonly overridden: ReadonlySet<PreflightItem>;
  readonly isStartRequested: boolean;
  /** What the last refusal of the start named. */
  readonly blockedOn: readonly PreflightItem[];
  /** The stage in hand, from 0: the one that is judged, or, after a promotion, that may begin. */
  readonly stageIndex: number;
  /** When the stage in hand began; undefined while it may begin and has not. */
  readonly stageBeganAtMs: number | undefined;
  /** Stages after which a person said that the next one may begin. */
  readonly approved: ReadonlySet<string>;
  /** Driving: every node that was commanded. At most as many as the fleet has. */
  readonly updates: ReadonlyMap<string, NodeUpdate>;
  /** Driving: how many commands went out for the stage in hand. */
  readonly commands: number;
  /** When the last node came, or the last answer; what a full duration is counted from. */
  readonly changedAtMs: number;
  readonly completedAtMs: number | undefined;
  /** Driving: whether those under way were told to stop. */
  readonly isHaltCommanded: boolean;
}

/** Events that change what is declared and nothing else of a rollout. */
export const isDeclaredEvent = isEventOf(
  'RiskAssessed',
  'BlastRadiusComputed',
  'LoadTested',
  'PreflightOverridden',
  'PreflightBlocked',
  'RolloutStartRequested',
  'StageApproved',
  'StagePromoted',
  'StageCommanded',
  'HaltCommanded',
  'NodeUpdated',
);

/** What a declaration says. */
export const declaredOf = ({ mode, plan, nodes, at }: EventData<'RolloutDeclared'>): Declared => ({
  mode,
  plan,
  targets: new Set(nodes),
  declaredAtMs: at,
  isRiskAssessed: false,
  isImpactComputed: false,
  loadTest: undefined,
  overridden: new Set(),
  isStartRequested: false,
  blockedOn: [],
  stageIndex: 0,
  stageBeganAtMs: undefined,
  approved: new Set(),
  updates: new Map(),
  commands: 0,
  changedAtMs: at,
  completedAtMs: undefined,
  isHaltCommanded: false,
});

/** The stage in hand. */
export const stageInHand = ({ plan, stageIndex }: Declared): Stage => {
  const stage = plan.stages[stageIndex];
  if (stage === undefined) throw new Error(`stage ${stageIndex} of ${plan.stages.length}`);
  return stage;
};

const commanded = (declared: Declared, { nodes, commandId, at }: EventData<'StageCommanded'>): Declared => {
  const updates = new Map(declared.updates);
  for (const nodeId of nodes)
    updates.set(nodeId, { commandId, commandedAtMs: at, answeredAtMs: undefined, status: 'commanded' });
  return { ...declared, updates, commands: declared.commands + 1, changedAtMs: at };
};

const updated = (declared: Declared, { nodeId, status, probes, at }: EventData<'NodeUpdated'>): Declared => {
  const known = declared.updates.get(nodeId);
  if (known === undefined) return declared;
  const isAnswer = status === 'done' && probes === undefined;
  const next = { ...known, answeredAtMs: known.answeredAtMs ?? at, status: isAnswer ? ('answered' as const) : status };
  return { ...declared, updates: new Map(declared.updates).set(nodeId, next), changedAtMs: at };
};

const promoted = (declared: Declared, { next, at }: EventData<'StagePromoted'>): Declared =>
  next === undefined
    ? declared
    : { ...declared, stageIndex: declared.stageIndex + 1, stageBeganAtMs: undefined, commands: 0, changedAtMs: at };

/** What is declared, after an event. */
export const evolveDeclared = (declared: Declared, event: GuardedEvent<typeof isDeclaredEvent>): Declared => {
  switch (event.type) {
    case 'RiskAssessed':
      return { ...declared, isRiskAssessed: true };
    case 'BlastRadiusComputed':
      return { ...declared, isImpactComputed: true };
    case 'LoadTested': {
      const { nodeId, families } = event.data;
      const passed = families.filter((each) => each.passed).map(({ family }) => family);
      return { ...declared, loadTest: { nodeId, passed } };
    }
    case 'PreflightOverridden':
      return { ...declared, overridden: new Set([...declared.overridden, ...event.data.items]) };
    case 'PreflightBlocked':
      return { ...declared, blockedOn: event.data.missing.map(({ item }) => item) };
    case 'RolloutStartRequested':
      return { ...declared, isStartRequested: true };
    case 'StageApproved':
      return { ...declared, approved: new Set([...declared.approved, event.data.stage]) };
    case 'StagePromoted':
      return promoted(declared, event.data);
    case 'StageCommanded':
      return commanded(declared, event.data);
    case 'HaltCommanded':
      return { ...declared, isHaltCommanded: true };
    case 'NodeUpdated':
      return updated(declared, event.data);
  }
};

/** What a rollout that reaches nodes makes of its declaration: the stage in hand begins when its name is told. */
export const reachedStage = (declared: Declared, stage: string, at: number): Declared =>
  stage === stageInHand(declared).name
    ? { ...declared, stageBeganAtMs: declared.stageBeganAtMs ?? at, changedAtMs: at }
    : { ...declared, changedAtMs: at };
