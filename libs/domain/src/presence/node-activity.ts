import { type NodeReport, releaseName, TICK_MS } from '#contracts';
import type { NodeSeen } from '../window/partition-tick.js';
import { Arrivals } from './arrivals.js';
import { RateBuckets } from './rate-buckets.js';
import { ServerBoots } from './server-boots.js';

/** A heartbeat a second: three that are missing are silence (dns-telemetry §9), and three make a node one that sends them. */
export const HEARTBEAT_MISSING_TICKS = 3_000 / TICK_MS;
const HEARTBEATS_MIN = 3;
/** Agents send each tick: as with heartbeats, three batches that are missing are silence. */
export const SILENCE_TICKS_MIN = 3;
/** Silences and restarts that are remembered of one node; the oldest goes. Crash loops need three. */
export const REMEMBERED_MAX = 8;

/** A silence that ended: the tick of the last outcomes before it, and of the first after it. */
export interface Silence {
  readonly afterTick: number;
  readonly untilTick: number;
}

/** What the heartbeats of a node say. */
export interface Heartbeats {
  /** The newest one. */
  readonly tick: number;
  /** Since when none was missing. */
  readonly sinceTick: number;
  readonly count: number;
  readonly agentBootId: string;
  /** When the agent was last seen to be another one. */
  readonly agentChangedTick: number | undefined;
  readonly completeness: number | undefined;
  /** The newest one that said that not everything was observed. */
  readonly incompleteTick: number | undefined;
  readonly queued: number;
  readonly taps: number | undefined;
}

/** A restart of a node's server, and the release it ran. */
export interface Restart {
  readonly tick: number;
  readonly release: string;
}

/** When something is told: the tick, and what the clock of the fleet shows then, which stands still while nobody gives a sign. */
export interface Moment {
  readonly tick: number;
  readonly clock: number;
}

type Heartbeat = Extract<NodeReport, { type: 'heartbeat' }>;
type Crash = Extract<NodeReport, { type: 'crash' }>;

/** What one node showed of itself, and probers of it, in the last minutes of log time. */
export class NodeActivity {
  /** The partition that tells its outcomes; undefined before the first. */
  toldBy: { readonly tick: number } | undefined;
  pop = '';
  region = '';
  release = '';
  readonly own = new Arrivals();
  readonly probes = new Arrivals();
  readonly buckets = new RateBuckets();
  /** When the first outcomes came that are remembered: nothing is expected of the time before. */
  firstTick: number | undefined;
  /** When outcomes and probes came last, as every other time here by the clock of the fleet. */
  arrivedTick: number | undefined;
  probedTick: number | undefined;
  /** When a batch came last of which all was so late that rules are told of none of it. */
  lateTick: number | undefined;
  /** The tick of the last sign of any kind. */
  signTick = -1;
  heartbeats: Heartbeats | undefined;
  crashTick: number | undefined;
  private readonly boots = new ServerBoots();
  /** What the last heartbeat said that the server runs. */
  private bootRelease: string | undefined;
  readonly silences: Silence[] = [];
  readonly restarts: Restart[] = [];

  constructor(readonly nodeId: string) {}

  see({ pop, region, release }: Pick<NodeSeen, 'pop' | 'region' | 'release'>): void {
    this.pop = pop;
    this.region = region;
    this.release = release;
  }

  /** A batch came too late to be told: the node sends what it kept, and is not silent. */
  takeLate({ tick, clock }: Moment): void {
    this.lateTick = clock;
    this.signTick = tick;
  }

  takeOwn({ tick, clock }: Moment, slot: number, good: number, bad: number): void {
    const fresh = this.own.take(clock, slot, good, bad);
    if (fresh === 0) return;
    this.buckets.add(tick, fresh);
    this.firstTick ??= clock;
    const before = this.arrivedTick;
    if (before !== undefined && clock - before > SILENCE_TICKS_MIN)
      remember(this.silences, { afterTick: before, untilTick: clock });
    this.arrivedTick = clock;
    this.signTick = tick;
  }

  takeProbe({ tick, clock }: Moment, slot: number, good: number, bad: number): void {
    if (this.probes.take(clock, slot, good, bad) === 0) return;
    this.probedTick = clock;
    this.signTick = tick;
  }

  takeHeartbeat({ tick: signTick, clock: tick }: Moment, heartbeat: Heartbeat): void {
    const known = this.heartbeats;
    const isOtherAgent = known !== undefined && known.agentBootId !== heartbeat.agentBootId;
    const isIncomplete = (heartbeat.completeness ?? 1) < COMPLETENESS_MIN;
    this.heartbeats = {
      tick,
      sinceTick: known === undefined || tick - known.tick > HEARTBEAT_MISSING_TICKS ? tick : known.sinceTick,
      count: (known?.count ?? 0) + 1,
      agentBootId: heartbeat.agentBootId,
      agentChangedTick: isOtherAgent ? tick : known?.agentChangedTick,
      completeness: heartbeat.completeness,
      incompleteTick: isIncomplete ? tick : known?.incompleteTick,
      queued: heartbeat.queued,
      taps: heartbeat.taps,
    };
    this.signTick = signTick;
    const { pop, region } = heartbeat;
    const release = releaseName(heartbeat);
    this.see({ pop, region, release });
    this.takeBoot(tick, heartbeat.serverBootId, release);
  }

  takeCrash({ clock: tick }: Moment, { serverBootId }: Crash): void {
    this.crashTick = tick;
    if (this.boots.crashed(serverBootId)) remember(this.restarts, { tick, release: this.release });
  }

  /** Whether this node sends heartbeats at all. */
  get isBeating(): boolean {
    return (this.heartbeats?.count ?? 0) >= HEARTBEATS_MIN;
  }

  /** A new server of the same release restarted by itself; one of another release was put there. */
  private takeBoot(tick: number, bootId: string, release: string): void {
    const isRestart = this.boots.seen(bootId) && release === this.bootRelease;
    if (isRestart) remember(this.restarts, { tick, release });
    this.bootRelease = release;
  }
}

/** Below 99 % observed, a window is degraded (dns-telemetry §6). */
export const COMPLETENESS_MIN = 0.99;

const remember = <T>(list: T[], one: T): void => {
  list.push(one);
  if (list.length > REMEMBERED_MAX) list.shift();
};
