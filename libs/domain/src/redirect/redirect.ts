import { COMMAND_TTL_MS, type EventData, type Release } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

/**
 * The traffic of a PoP or region, moved to its healthy siblings (R25). Its states:
 *
 *   refused                  the trigger held, a rail did not; nothing was commanded, a later tick may still decide
 *   decided ──RedirectCommanded drain──▶ draining ──RedirectAnswered by every node──▶ drained ──RedirectVerified──▶ verified
 *                                           │ a node failed, or did not answer          │ the siblings suffer          │ well again,
 *                                           ▼                                           ▼                              ▼ or they suffer
 *   stopped ◀──a node did not come back── resuming ◀────────────────RedirectCommanded resume──────────────────────────┘
 *    │                                      └──RedirectAnswered by every node, RedirectEnded──▶ ended
 *    └──RedirectEnded, once every node answers clients────────────────────────────────────────▶ ended
 *
 * Whatever goes wrong on the way out gives the traffic back: a place that is moved by half loads the other half. What goes wrong on
 * the way back is a person's: `stopped` ends when the nodes answer clients again, whoever brought them back. `ended` is final. Until
 * then its incident stays open.
 */
export interface Redirect {
  readonly redirectId: string;
  readonly incidentId: string;
  readonly alertId: string;
  readonly state: 'refused' | 'decided' | 'draining' | 'drained' | 'verified' | 'resuming' | 'stopped' | 'ended';
  /** Rails whose refusal is recorded. */
  readonly refusedRails: ReadonlySet<string>;
  readonly plan: RedirectPlan | undefined;
  readonly commandId: string | undefined;
  readonly commandedAtMs: number;
  /** When the last node answered that it left the traffic. */
  readonly drainedAtMs: number;
  readonly verifiedAtMs: number;
  /** Whether it is told that nobody shows the place to be well. */
  readonly isWaitTold: boolean;
  /** Node → final status, of the command in hand. */
  readonly answers: ReadonlyMap<string, string>;
}

/** What is moved, and where. */
export interface RedirectPlan {
  readonly scope: EventData<'RedirectDecided'>['scope'];
  readonly key: string;
  readonly nodes: readonly string[];
  readonly siblings: readonly string[];
  readonly service: string;
  readonly release: Release;
  readonly reason: string;
  /** Outcomes a second that are expected of the nodes; undefined: nobody knows. */
  readonly perS: number | undefined;
  /** Above which latency a node is slow, ms. */
  readonly slowMs: number;
  /** The rule of the trigger. */
  readonly rule: string;
  readonly decidedAtMs: number;
}

type Decided = EventData<'RedirectDecided'>;

/** R25: where the trigger is no latency, what is slower than this is slow. */
const SLOW_MS = 5_000;

/** Above which latency a place is slow, ms: what the rule of a trigger says, if it is about latency. */
export const slowMsOf = ({ signal, threshold }: Pick<Decided['trigger'], 'signal' | 'threshold'>): number =>
  signal === 'latency' ? threshold : SLOW_MS;

const refused = ({
  redirectId,
  incidentId,
  alertId,
}: Pick<Redirect, 'redirectId' | 'incidentId' | 'alertId'>): Redirect => ({
  redirectId,
  incidentId,
  alertId,
  state: 'refused',
  refusedRails: new Set(),
  plan: undefined,
  commandId: undefined,
  commandedAtMs: 0,
  drainedAtMs: 0,
  verifiedAtMs: 0,
  isWaitTold: false,
  answers: new Map(),
});

const decided = (redirect: Redirect | undefined, data: Decided): Redirect => {
  const { scope, key, nodes, siblings, service, release, perS, trigger, at } = data;
  const told = { reason: trigger.text, rule: trigger.rule, slowMs: slowMsOf(trigger), decidedAtMs: at };
  const plan = { scope, key, nodes, siblings, service, release, perS, ...told };
  return { ...(redirect ?? refused(data)), state: 'decided', plan };
};

const answered = (redirect: Redirect, { nodeId, status, at }: EventData<'RedirectAnswered'>): Redirect => {
  const answers = new Map(redirect.answers).set(nodeId, status);
  const isDone = (redirect.plan?.nodes ?? []).every((each) => answers.get(each) === 'done');
  const isDrained = isDone && redirect.state === 'draining';
  return { ...redirect, answers, ...(isDrained ? { state: 'drained', drainedAtMs: at } : {}) };
};

/** Whether traffic is on its way, away, or on its way back. */
export const isMoving = ({ state }: Redirect): boolean => !['refused', 'stopped', 'ended'].includes(state);

/** Whether nodes may be out of the traffic: also of one that stopped, until they answer clients again. */
export const isAway = (redirect: Redirect): boolean => redirect.state === 'stopped' || isMoving(redirect);

/** Until when its nodes are told to be quiet: while they are away, and for the time of a command after they were told to come back. */
export const quietUntilMs = ({ state, commandId, commandedAtMs }: Redirect): number => {
  if (state === 'draining' || state === 'drained' || state === 'verified') return Infinity;
  return commandId === undefined ? 0 : commandedAtMs + COMMAND_TTL_MS;
};

/**
 * Whether its nodes are told to be quiet. What is missing of them then is no silence, and what comes to the siblings instead is no
 * surge.
 */
export const isQuieting = (redirect: Redirect, at: number): boolean => at < quietUntilMs(redirect);

/** Events of a redirect's stream. */
export const isRedirectEvent = isEventOf(
  'RedirectDecided',
  'RedirectRefused',
  'RedirectCommanded',
  'RedirectAnswered',
  'RedirectVerified',
  'RedirectWaiting',
  'RedirectStopped',
  'RedirectEnded',
);

/** The redirect after an event. */
export const evolveRedirect = (
  redirect: Redirect | undefined,
  event: GuardedEvent<typeof isRedirectEvent>,
): Redirect | undefined => {
  switch (event.type) {
    case 'RedirectRefused': {
      const before = redirect ?? refused(event.data);
      return { ...before, refusedRails: new Set([...before.refusedRails, event.data.rail]) };
    }
    case 'RedirectDecided':
      return decided(redirect, event.data);
    case 'RedirectCommanded': {
      const { action, commandId, at } = event.data;
      const state = action === 'drain' ? 'draining' : 'resuming';
      return redirect && { ...redirect, state, commandId, commandedAtMs: at, answers: new Map() };
    }
    case 'RedirectAnswered':
      return redirect && answered(redirect, event.data);
    case 'RedirectVerified':
      return redirect && { ...redirect, state: 'verified', verifiedAtMs: event.data.at };
    case 'RedirectWaiting':
      return redirect && { ...redirect, isWaitTold: true };
    case 'RedirectStopped':
      return redirect && { ...redirect, state: 'stopped' };
    case 'RedirectEnded':
      return redirect && { ...redirect, state: 'ended' };
  }
};
