import { type EventData, type GateSettings, releaseName, type RolloutPlan } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

/** What a gate says (R36). */
export type GateVerdict = EventData<'GateDecided'>['verdict'];
/** One test of a gate, as it is stored. */
export type GateTest = EventData<'GateMeasured'>['tests'][number];

/** What a stage is judged by, and for how long. */
export type JudgedBy = { readonly gate: GateSettings; readonly durationMs: number };

/** How far the tests of a stage have come. */
export type Measured = Omit<EventData<'GateMeasured'>, 'rolloutId' | 'stage' | 'phase' | 'judgedBy' | 'at'>;

/** What a person was called for. */
export type Lacking = NonNullable<EventData<'GateOverdue'>['lacking']>;

/**
 * The gate of a rollout. Its phases:
 *
 *   declared ──RolloutStarted──▶ baking ──GateDecided: promote──▶ approval ──RolloutCompleted──▶ watch ──RolloutEnded──▶ over
 *                                  ▲                                │
 *                                  └──RolloutStageReached (another stage)
 *
 * and from each to `over` by RolloutRolledBack, and from `roll_back` by QuarantineLifted. It is armed while baking, waiting for approval and watching, halted or not: nodes that
 * run a bad release must leave it in every phase (B7). The verdict of a stage begins with `need_more_data`; `promote` may be taken back
 * until the stage is promoted; `roll_back` is the last one, whatever comes (R36: failures latch).
 */
export interface Gate {
  readonly rolloutId: string;
  readonly service: string;
  /** `<softwareVersion>+<configRev>`. */
  readonly release: string;
  readonly phase: 'declared' | 'baking' | 'approval' | 'watch' | 'over';
  /** As declared; a rollout that was not declared has none. */
  readonly plan: RolloutPlan | undefined;
  /** Whom the rollout is for; empty: every node. */
  readonly audience: readonly string[];
  readonly stage: string;
  /** Log time at which the stage was reached. */
  readonly sinceMs: number;
  /** Every node that was named so far, and when. */
  readonly nodes: ReadonlyMap<string, number>;
  readonly isHalted: boolean;
  /** Undefined until the first GateMeasured of the stage. */
  readonly judgedBy: JudgedBy | undefined;
  readonly measured: Measured | undefined;
  readonly verdict: GateVerdict;
  /** Why the verdict is as it is; empty before the first. */
  readonly because: string;
  /** What a person was called for in this stage. */
  readonly overdue: ReadonlySet<Lacking>;
}

/** Whether a verdict may still change. */
export const isArmed = ({ phase, verdict }: Gate): boolean =>
  (phase === 'baking' || phase === 'approval' || phase === 'watch') && verdict !== 'roll_back';

/** Events of a rollout's stream that its gate is made of. */
export const isGateEvent = isEventOf(
  'RolloutDeclared',
  'RolloutStarted',
  'RolloutStageReached',
  'GateMeasured',
  'GateDecided',
  'GateOverdue',
  'RolloutCompleted',
  'RolloutEnded',
  'RolloutHalted',
  'RolloutRolledBack',
);

/** What a stage begins with. */
const FRESH = {
  judgedBy: undefined,
  measured: undefined,
  verdict: 'need_more_data',
  because: '',
  overdue: new Set<Lacking>(),
} as const satisfies Partial<Gate>;

const declared = (data: EventData<'RolloutDeclared'>): Gate => ({
  ...FRESH,
  rolloutId: data.rolloutId,
  service: data.service,
  release: releaseName(data.release),
  phase: 'declared',
  plan: data.plan,
  audience: data.nodes,
  stage: '',
  sinceMs: data.at,
  nodes: new Map(),
  isHalted: false,
});

const named = (known: ReadonlyMap<string, number>, nodes: readonly string[], at: number): ReadonlyMap<string, number> =>
  new Map([...nodes.map((nodeId) => [nodeId, at] as const), ...known]);

const started = (gate: Gate | undefined, data: EventData<'RolloutStarted'>): Gate => {
  const { rolloutId, service, stage, nodes, at } = data;
  const { plan, audience = [] } = gate ?? {};
  const of = { rolloutId, service, release: releaseName(data.release), plan, audience };
  return { ...FRESH, ...of, phase: 'baking', stage, sinceMs: at, nodes: named(new Map(), nodes, at), isHalted: false };
};

/** Another stage begins its tests anew; more nodes of the same one do not, or a rollout could outrun its gate. */
const reached = (gate: Gate, { stage, nodes, at }: EventData<'RolloutStageReached'>): Gate => {
  const widened = { ...gate, nodes: named(gate.nodes, nodes, at) };
  // What must be rolled back stays so, wherever its deploy tool brings it.
  if (stage === gate.stage || gate.verdict === 'roll_back') return { ...widened, stage };
  return { ...widened, ...FRESH, phase: 'baking', stage, sinceMs: at };
};

const measured = (gate: Gate, data: EventData<'GateMeasured'>): Gate => {
  const { rolloutId: _id, stage: _stage, phase: _phase, at: _at, judgedBy, ...rest } = data;
  return { ...gate, judgedBy: judgedBy ?? gate.judgedBy, measured: rest };
};

const decided = (gate: Gate, { verdict, because }: EventData<'GateDecided'>): Gate => {
  if (gate.verdict === 'roll_back') return gate;
  const phase = verdict === 'promote' && gate.phase === 'baking' ? 'approval' : gate.phase;
  return { ...gate, verdict, because, phase };
};

/** The gate of a rollout after an event. */
export const evolveGate = (gate: Gate | undefined, event: GuardedEvent<typeof isGateEvent>): Gate | undefined => {
  if (event.type === 'RolloutDeclared') return gate ?? declared(event.data);
  if (event.type === 'RolloutStarted') return started(gate, event.data);
  if (gate === undefined || gate.phase === 'over') return gate;
  switch (event.type) {
    case 'RolloutStageReached':
      return reached(gate, event.data);
    case 'GateMeasured':
      return measured(gate, event.data);
    case 'GateDecided':
      return decided(gate, event.data);
    case 'GateOverdue':
      return { ...gate, overdue: new Set([...gate.overdue, event.data.lacking ?? 'answer']) };
    case 'RolloutCompleted':
      return { ...gate, phase: 'watch' };
    case 'RolloutHalted':
      return { ...gate, isHalted: true };
    case 'RolloutEnded':
    case 'RolloutRolledBack':
      return { ...gate, phase: 'over' };
  }
};
