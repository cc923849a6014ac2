import { TICK_MS } from '#contracts';
import type { ExpectedRate } from './expected-rates.js';
import type { FleetActivity } from './fleet-activity.js';
import { COMPLETENESS_MIN, HEARTBEAT_MISSING_TICKS, type NodeActivity, SILENCE_TICKS_MIN } from './node-activity.js';
import {
  expectedIn,
  judgeProbes,
  newestProbes,
  type NodeSuccess,
  nodeSuccess,
  probeSuccess,
  type ProbeVerdict,
} from './node-success.js';

/** What is known of a node at a tick; the verdict is decided from it and nothing else. */
export interface NodeEvidence {
  readonly nodeId: string;
  /** `never` = this node sends none, or did not yet: it is judged by its rate alone. */
  readonly heartbeat: 'present' | 'missing' | 'never';
  /** `collapsed` = silent, or below half of what is expected; `unknown` = too little is expected to tell. */
  readonly rate: 'normal' | 'collapsed' | 'unknown';
  readonly probe: ProbeVerdict;
  /** Whether probes failed for 2 s, so that outcomes still on their way cannot be why. */
  readonly isProbedDead: boolean;
  /** For how long no outcome came. */
  readonly silentMs: number;
  /** For how long neither an outcome nor a heartbeat came. */
  readonly darkMs: number;
  /** From which silence on the node counts as silent without a second signal. */
  readonly silentMaxMs: number;
  /** A crash was told, and no outcome came since. */
  readonly isCrashed: boolean;
  /** The agent beside the server is another one since less than 10 s: what is missing may be what it did not see. */
  readonly isAgentNew: boolean;
  /** A heartbeat came when the outcomes had stopped: the agent lives, and sees none. */
  readonly isAgentWaiting: boolean;
  /** Silent again within 30 s, and what was missing never came: no restart of an agent looks like this. */
  readonly isSilentAgain: boolean;
  /** Outcomes wait in the agent: late, not lost. */
  readonly isBehind: boolean;
  /** Batches came within 10 s, though more than a minute late: the node sends what it kept, and nobody is told its counts. */
  readonly isLate: boolean;
  readonly completeness: number | undefined;
  /** Connections of servers that the agent has. */
  readonly taps: number | undefined;
  /** Over the last 10 s. */
  readonly observed: number;
  readonly expected: number | undefined;
}

/** Outcomes expected in a silence without which it may be chance: none of 7 comes by chance once in a thousand (P(0) = e^-7). */
const SILENT_OUTCOMES_MIN = 7;
/** A sender may take longer than a tick: three times its usual gap are silence, as three heartbeats are. */
const GAPS_SILENT = 3;
/** Under 10 s a silence needs a second signal: a receiver that restarts costs up to 6 s of frames (dns-telemetry §9). */
const SILENT_MAX_TICKS = 10_000 / TICK_MS;
/** The window of a rate: long enough that batches even out. */
export const RATE_TICKS = 10_000 / TICK_MS;
/** A rate below half of what is expected has collapsed ... */
const COLLAPSED_SHARE = 0.5;
/** ... where at least 100 are expected: half of that comes by chance once in 10^7 windows. */
const COLLAPSED_OUTCOMES_MIN = 100;
/** Two silences within 30 s are looked at together. */
const AGAIN_TICKS = 30_000 / TICK_MS;
/** What happens now, in rate and probes, is what happened for 2 s: outcomes take a tick to be sent and one to be told, and a silence takes three to be seen. */
const RECENT_TICKS = 2_000 / TICK_MS;
/** A heartbeat a second later than the last outcomes: one that was sent with them says nothing. */
const WAITING_TICKS = 1_000 / TICK_MS;
/** Batches that wait for 2 s. */
const BEHIND_BATCHES_MIN = 8;

const inTicks = (perS: number, ticks: number): number => (perS * ticks * TICK_MS) / 1_000;

/** What a node is read from. */
export interface ReadAt {
  readonly activity: FleetActivity;
  readonly rates: ReadonlyMap<string, ExpectedRate>;
  readonly tick: number;
}

const heartbeatOf = (node: NodeActivity, told: number): NodeEvidence['heartbeat'] => {
  if (!node.isBeating || node.heartbeats === undefined) return 'never';
  return told - node.heartbeats.tick > HEARTBEAT_MISSING_TICKS ? 'missing' : 'present';
};

/** Ticks of silence that say something of a node with this rate. */
export const silenceTicksOf = ({ perS, gapTicks }: ExpectedRate): number =>
  Math.max(SILENCE_TICKS_MIN, Math.ceil(GAPS_SILENT * gapTicks), Math.ceil(SILENT_OUTCOMES_MIN / inTicks(perS, 1)));

const rateOf = (node: NodeActivity, told: number, rate: ExpectedRate | undefined): NodeEvidence['rate'] => {
  if (rate === undefined || rate.perS <= 0 || node.arrivedTick === undefined) return 'unknown';
  if (told - node.arrivedTick >= silenceTicksOf(rate)) return 'collapsed';
  const expectedOf = (ticks: number): number => expectedIn(node, rate.perS, { endTick: told, ticks });
  const isBelow = (ticks: number): boolean => node.own.all.sum(told, ticks) < COLLAPSED_SHARE * expectedOf(ticks);
  const expected = expectedOf(RATE_TICKS);
  // Now as well: what was missing some seconds ago is over.
  // Who was first heard just now is measured by nothing yet.
  const isKnown = told - (node.firstTick ?? told) >= RATE_TICKS;
  if (isKnown && expected >= COLLAPSED_OUTCOMES_MIN && isBelow(RATE_TICKS) && isBelow(RECENT_TICKS)) return 'collapsed';
  return expected >= SILENT_OUTCOMES_MIN ? 'normal' : 'unknown';
};

/** Whether the node fell silent before within 30 s, with the same agent, and more than half is missing from then on. */
const isSilentAgain = (node: NodeActivity, told: number, rate: ExpectedRate | undefined): boolean => {
  if (rate === undefined || node.silences.length === 0) return false;
  const min = silenceTicksOf(rate);
  const before = node.silences.filter(
    ({ afterTick, untilTick }) => afterTick >= told - AGAIN_TICKS && untilTick - afterTick > min,
  );
  const isSilent = told - (node.arrivedTick ?? told) >= min;
  const [first] = before;
  if (first === undefined || before.length + (isSilent ? 1 : 0) < 2) return false;
  const changed = node.heartbeats?.agentChangedTick ?? Number.NEGATIVE_INFINITY;
  if (changed >= first.afterTick - SILENT_MAX_TICKS || (node.lateTick ?? -1) >= first.afterTick) return false;
  const ticks = told - first.afterTick;
  return node.own.all.sum(told, ticks) < COLLAPSED_SHARE * inTicks(rate.perS, ticks);
};

const isDeadNow = (node: NodeActivity, probed: number): boolean => {
  const { good, of } = probeSuccess(node, { endTick: probed, ticks: RECENT_TICKS });
  return judgeProbes(good, of) === 'bad';
};

/** The success of a node over the last 2 s, which is told with its alerts. */
export const readSuccess = (node: NodeActivity, { activity, rates, tick }: ReadAt): NodeSuccess =>
  nodeSuccess(
    node,
    rates.get(node.nodeId)?.perS,
    { endTick: activity.toldTick(node, tick), ticks: RECENT_TICKS },
    { endTick: activity.toldTickOf('telemetry.probes', tick), ticks: RECENT_TICKS },
  );

/** Reads what is known of a node at a tick. */
export const readEvidence = (node: NodeActivity, { activity, rates, tick }: ReadAt): NodeEvidence => {
  const rate = rates.get(node.nodeId);
  const told = activity.toldTick(node, tick);
  const reported = activity.toldTickOf('telemetry.nodes', tick);
  const probed = activity.toldTickOf('telemetry.probes', tick);
  const { heartbeats, arrivedTick, crashTick } = node;
  const beatTicks = heartbeats === undefined ? Number.POSITIVE_INFINITY : reported - heartbeats.tick;
  const silentTicks = arrivedTick === undefined ? 0 : told - arrivedTick;
  const observed = node.own.all.sum(told, RATE_TICKS);
  const probe = newestProbes(node, probed);
  const changed = heartbeats?.agentChangedTick;
  const ticksOf = (ticks: number): number => ticks * TICK_MS;
  return {
    nodeId: node.nodeId,
    heartbeat: heartbeatOf(node, reported),
    rate: rateOf(node, told, rate),
    probe,
    isProbedDead: probe === 'bad' && isDeadNow(node, probed),
    silentMs: ticksOf(silentTicks),
    darkMs: ticksOf(Math.min(beatTicks, arrivedTick === undefined ? beatTicks : silentTicks)),
    silentMaxMs: ticksOf(Math.max(SILENT_MAX_TICKS, rate === undefined ? 0 : silenceTicksOf(rate))),
    // What the server answered before it died may be told in the tick of the crash, or in the one after it.
    isCrashed:
      crashTick !== undefined &&
      activity.clockAt(tick) - crashTick <= SILENT_MAX_TICKS &&
      (arrivedTick ?? -1) <= crashTick + 1,
    isAgentNew: changed !== undefined && reported - changed <= SILENT_MAX_TICKS,
    isAgentWaiting: heartbeats !== undefined && heartbeats.tick >= (arrivedTick ?? told) + WAITING_TICKS,
    isSilentAgain: isSilentAgain(node, told, rate),
    isBehind: (heartbeats?.queued ?? 0) >= BEHIND_BATCHES_MIN,
    isLate: node.lateTick !== undefined && told - node.lateTick < SILENT_MAX_TICKS,
    completeness: heartbeats?.completeness,
    taps: heartbeats?.taps,
    observed,
    expected: rate === undefined ? undefined : expectedIn(node, rate.perS, { endTick: told, ticks: RATE_TICKS }),
  };
};

/** Whether an evidence shows that not everything is observed. */
export const isIncomplete = ({ completeness }: NodeEvidence): boolean => (completeness ?? 1) < COMPLETENESS_MIN;
