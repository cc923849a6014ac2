import { randomBytes } from 'node:crypto';
import { OUTCOME } from '#contracts';
import { dueOf, judge, offsetOf, type Probe, type ProbeFamily, probeOf, type Series, takeDue } from '#domain';
import type { Asker, AskerCounts, Transport } from './asker.js';
import { BurstRows } from './burst-rows.js';
import type { Clock } from './clock.js';
import type { ProbeGateway } from './gateway.js';
import { TargetOutbox } from './outbox.js';
import type { ProbeRow } from './probe-row.js';
import type { ProberConfig, Target } from './prober.config.js';
import { createTcpAsker } from './tcp-asker.js';
import { createUdpAsker } from './udp-asker.js';

/** What a prober did. */
export interface ProberCounts extends AskerCounts {
  sent: number;
  /** Due, and not sent: too many were in flight, or the prober itself stood still. */
  skipped: number;
}

/** A running prober. */
export interface Prober {
  readonly counts: ProberCounts;
  /** Questions that wait for an answer. */
  readonly waiting: () => number;
  /** Sends no more, waits for what was asked, and tries to deliver it. */
  readonly stop: () => Promise<ProberSummary>;
}

/** What one run did. */
export interface ProberSummary extends ProberCounts {
  readonly delivered: number;
  readonly dropped: number;
}

/** What a prober takes from outside. */
export interface ProberWorld {
  readonly clock: Clock;
  readonly gateway: ProbeGateway;
}

/** How late a probe may go out: a tenth of what an answer takes between continents, and cheap. */
const WAKE_MS = 10;
/** One batch a quarter of a second: the tick of the server, so that no outcome waits longer here than there. */
const FLUSH_MS = 250;
/** Probes of one series that are sent after a stall: those of a burst that was under way. Older ones say nothing of the time they were due. */
const LATE_MAX = 50;
/** How long a stopping prober tries to deliver, whatever the gateway does: supervisors allow some seconds. */
const STOP_MS = 3_000;
/** dnstap's numbers. */
const TRANSPORT_CODE = { udp: 1, tcp: 2 } as const satisfies Record<Transport, number>;

const newBootId = (): string => randomBytes(8).readBigUInt64BE().toString();
const wait = (clock: Clock, waitMs: number): Promise<void> => new Promise((done) => clock.after(waitMs, done));

interface Running {
  readonly family: ProbeFamily;
  readonly series: Series;
  /** Where each burst becomes one outcome; undefined: every probe is one. */
  readonly bursts: BurstRows | undefined;
  next: number;
  nextMs: number;
}

/** One target: its series, its sockets, and what it is reported with. */
class TargetRun {
  readonly outbox: TargetOutbox;
  readonly running: readonly Running[];
  readonly askers: Readonly<Record<Transport, Asker>>;

  constructor(
    readonly target: Target,
    config: ProberConfig,
    world: ProberWorld,
    counts: AskerCounts,
    agentBootId: string,
  ) {
    const { nodeId, pop, region } = target;
    this.outbox = new TargetOutbox({ nodeId, pop, region, observerId: config.id, agentBootId }, world.gateway);
    this.askers = {
      udp: createUdpAsker(target, world.clock, counts),
      tcp: createTcpAsker(target, world.clock, counts),
    };
    const startMs = Math.ceil(world.clock.elapsedUs() / 1_000);
    this.running = target.families.map((family) => {
      const rhythm = config.rhythms[family];
      const offsetMs = offsetOf(config.id, `${nodeId} ${family}`, rhythm.everyMs);
      const series = { rhythm, startMs, offsetMs };
      const bursts = rhythm.burst > 1 ? new BurstRows(rhythm.burst, (row) => this.outbox.add(row)) : undefined;
      return { family, series, bursts, next: 0, nextMs: dueOf(series, 0) };
    });
  }

  close(): void {
    for (const { bursts } of this.running) bursts?.end();
    this.askers.udp.close();
    this.askers.tcp.close();
  }
}

/** Whether the n-th probe of a family goes over TCP. */
const isOverTcp = (family: ProbeFamily, n: number, tcpEvery: number): boolean =>
  family === 'normal' && n % tcpEvery === tcpEvery - 1;

/**
 * Asks every target what is due, whatever came of the questions before: due times come from the schedule alone. What would exceed the
 * bound on open questions is skipped and counted, never sent later.
 */
class RunningProber implements Prober {
  readonly counts: ProberCounts = { sent: 0, skipped: 0, strangers: 0 };
  private readonly runs: readonly TargetRun[];
  private readonly open = new Set<Promise<void>>();
  private isStopped = false;

  constructor(
    private readonly config: ProberConfig,
    private readonly world: ProberWorld,
  ) {
    const agentBootId = newBootId();
    this.runs = config.targets.map((target) => new TargetRun(target, config, world, this.counts, agentBootId));
    this.wake();
    this.flushSoon();
  }

  readonly waiting = (): number => this.open.size;

  async stop(): Promise<ProberSummary> {
    this.isStopped = true;
    await Promise.all(this.open);
    for (const run of this.runs) run.close();
    await this.flushAll();
    for (const { outbox } of this.runs) outbox.giveUp();
    const totals = this.runs.map(({ outbox }) => outbox.totals);
    const delivered = totals.reduce((sum, { sent }) => sum + sent, 0);
    const dropped = totals.reduce((sum, each) => sum + each.dropped, 0);
    return { ...this.counts, delivered, dropped };
  }

  private readonly wake = (): void => {
    if (this.isStopped) return;
    const nowMs = this.world.clock.elapsedUs() / 1_000;
    for (const run of this.runs)
      for (const running of run.running) if (running.nextMs <= nowMs) this.send(run, running, nowMs);
    this.world.clock.after(WAKE_MS, this.wake);
  };

  private send(run: TargetRun, running: Running, nowMs: number): void {
    const { due, skipped } = takeDue(running.series, running.next, nowMs, LATE_MAX);
    this.counts.skipped += skipped;
    running.next += due.length + skipped;
    running.nextMs = dueOf(running.series, running.next);
    for (const n of due) this.start(run, running, n);
  }

  private start(run: TargetRun, { family, bursts }: Running, n: number): void {
    if (this.open.size >= this.config.inFlightMax) {
      this.counts.skipped += 1;
      bursts?.take(n, undefined);
      return;
    }
    const transport = isOverTcp(family, n, this.config.tcpEvery) ? 'tcp' : 'udp';
    const tell = (row: ProbeRow, isLast: boolean): void => {
      if (bursts === undefined) run.outbox.add(row);
      else if (isLast) bursts.take(n, row);
    };
    const asking = this.ask(run.askers, probeOf(family, n, run.target.asked), transport, tell).finally(() =>
      this.open.delete(asking),
    );
    this.open.add(asking);
  }

  private async ask(
    askers: TargetRun['askers'],
    probe: Probe,
    transport: Transport,
    tell: (row: ProbeRow, isLast: boolean) => void,
  ): Promise<void> {
    this.counts.sent += 1;
    const { reply, sentUs } = await askers[transport].ask(probe.packet);
    const found = judge(probe, reply);
    const { zone, qtype } = probe;
    // As a resolver would: what did not fit is asked for again.
    const isAgain = found.outcome === OUTCOME.truncated && transport === 'udp';
    tell({ ...found, atUs: sentUs, zone, qtype, transport: TRANSPORT_CODE[transport] }, !isAgain);
    if (isAgain) await this.ask(askers, probe, 'tcp', tell);
  }

  private async flush(): Promise<void> {
    await Promise.all(this.runs.map(({ outbox }) => outbox.flush()));
  }

  /** Until nothing is left, or the time is over. */
  private async flushAll(): Promise<void> {
    const { clock } = this.world;
    let isOver = false;
    let end = (): void => undefined;
    const over = new Promise<void>((done) => (end = done));
    const callOff = clock.after(STOP_MS, () => {
      isOver = true;
      end();
    });
    while (!isOver && this.runs.some(({ outbox }) => !outbox.isEmpty)) {
      await Promise.race([this.flush(), over]);
      if (this.runs.some(({ outbox }) => !outbox.isEmpty)) await Promise.race([wait(clock, FLUSH_MS), over]);
    }
    callOff();
  }

  private readonly flushSoon = (): void => {
    if (this.isStopped) return;
    void this.flush();
    this.world.clock.after(FLUSH_MS, this.flushSoon);
  };
}

/** Starts a prober. */
export const startProber = (config: ProberConfig, world: ProberWorld): Prober => new RunningProber(config, world);
