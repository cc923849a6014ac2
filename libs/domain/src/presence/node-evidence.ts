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

/** Evidence that is read when it is asked for: of a thousand nodes nearly all are healthy, and of those nobody asks for more. */
class ReadEvidence implements NodeEvidence {
  readonly nodeId: string;
  readonly heartbeat: NodeEvidence['heartbeat'];
  readonly rate: NodeEvidence['rate'];
  readonly probe: ProbeVerdict;
  readonly completeness: number | undefined;
  private readonly expectedRate: ExpectedRate | undefined;
  private readonly told: number;
  private readonly reported: number;
  private readonly probed: number;

  constructor(
    private readonly node: NodeActivity,
    private readonly at: ReadAt,
  ) {
    const { activity, rates, tick } = at;
    this.nodeId = node.nodeId;
    this.expectedRate = rates.get(node.nodeId);
    this.told = activity.toldTick(node, tick);
    this.reported = activity.toldTickOf('telemetry.nodes', tick);
    this.probed = activity.toldTickOf('telemetry.probes', tick);
    this.heartbeat = heartbeatOf(node, this.reported);
    this.rate = rateOf(node, this.told, this.expectedRate);
    this.probe = newestProbes(node, this.probed);
    this.completeness = node.heartbeats?.completeness;
  }

  get isProbedDead(): boolean {
    return this.probe === 'bad' && isDeadNow(this.node, this.probed);
  }

  get silentMs(): number {
    return this.silentTicks * TICK_MS;
  }

  get darkMs(): number {
    const { heartbeats, arrivedTick } = this.node;
    const beatTicks = heartbeats === undefined ? Number.POSITIVE_INFINITY : this.reported - heartbeats.tick;
    return Math.min(beatTicks, arrivedTick === undefined ? beatTicks : this.silentTicks) * TICK_MS;
  }

  get silentMaxMs(): number {
    const { expectedRate } = this;
    return Math.max(SILENT_MAX_TICKS, expectedRate === undefined ? 0 : silenceTicksOf(expectedRate)) * TICK_MS;
  }

  /** What the server answered before it died may be told in the tick of the crash, or in the one after it. */
  get isCrashed(): boolean {
    const { crashTick, arrivedTick } = this.node;
    if (crashTick === undefined) return false;
    const { activity, tick } = this.at;
    return activity.clockAt(tick) - crashTick <= SILENT_MAX_TICKS && (arrivedTick ?? -1) <= crashTick + 1;
  }

  get isAgentNew(): boolean {
    const changed = this.node.heartbeats?.agentChangedTick;
    return changed !== undefined && this.reported - changed <= SILENT_MAX_TICKS;
  }

  get isAgentWaiting(): boolean {
    const { heartbeats, arrivedTick } = this.node;
    return heartbeats !== undefined && heartbeats.tick >= (arrivedTick ?? this.told) + WAITING_TICKS;
  }

  get isSilentAgain(): boolean {
    return isSilentAgain(this.node, this.told, this.expectedRate);
  }

  get isBehind(): boolean {
    return (this.node.heartbeats?.queued ?? 0) >= BEHIND_BATCHES_MIN;
  }

  get isLate(): boolean {
    const { lateTick } = this.node;
    return lateTick !== undefined && this.told - lateTick < SILENT_MAX_TICKS;
  }

  get taps(): number | undefined {
    return this.node.heartbeats?.taps;
  }

  get observed(): number {
    return this.node.own.all.sum(this.told, RATE_TICKS);
  }

  get expected(): number | undefined {
    if (this.expectedRate === undefined) return undefined;
    return expectedIn(this.node, this.expectedRate.perS, { endTick: this.told, ticks: RATE_TICKS });
  }

  private get silentTicks(): number {
    const { arrivedTick } = this.node;
    return arrivedTick === undefined ? 0 : this.told - arrivedTick;
  }
}

/** Reads what is known of a node at a tick; ask for it before the next one is applied. */
export const readEvidence = (node: NodeActivity, at: ReadAt): NodeEvidence => new ReadEvidence(node, at);

/** Whether an evidence shows that not everything is observed. */
export const isIncomplete = ({ completeness }: NodeEvidence): boolean => (completeness ?? 1) < COMPLETENESS_MIN;
