import {
  type Command,
  type CommandAnswer,
  type CustomerEscalationSignal,
  type NodeReport,
  type Release,
  releaseName,
  type Signal,
  SLOT_MS,
  TICK_MS,
} from '#contracts';
import { createSlotFold } from '../window/create-slot-fold.js';
import type { NodeSeen, PartitionTick } from '../window/partition-tick.js';
import type { SlotFold } from '../window/slot-fold.js';
import type { NodeChoice, RuleTest, TelemetryChange } from './rule-test.js';
import { BatchRows, TestedNode } from './tested-node.js';

/** A healthy fleet of the study: it fails 0.05 % (R6), half of it as timeouts. */
const HEALTHY = { failing: 0.0005, timeouts: 0.5, excluded: 0, medianMs: 15 } as const;
const HEARTBEAT_TICKS = 1_000 / TICK_MS;
/** Tickets are told in counts of a second. */
const MINUTE_S = 60;
/** Of the releases of a test. */
export const TESTED_SERVICE = 'edge-dns';

const nodesOf = (test: RuleTest): readonly TestedNode[] =>
  test.fleet.regions.flatMap(({ region, pops, nodes }) =>
    Array.from({ length: nodes }, (_, index) => {
      const pop = `${region}-pop${(index % pops) + 1}`;
      const { release, queriesPerSecond } = test.fleet;
      const conduct = { ...HEALTHY, release, queriesPerSecond, isSilent: false, serverBootId: 1, failingOf: new Map() };
      return new TestedNode(`${region}-${index + 1}`, pop, region, conduct, test.customers);
    }),
  );

/** The world of a test: nodes, what they report, what is told beside them. Everything follows from the test and the tick. */
export class TestedWorld {
  readonly nodes: readonly TestedNode[];
  private readonly fold: SlotFold;
  private readonly rows: BatchRows;
  private readonly previous = new Map<string, Release>();
  private signals: Signal[] = [];
  private answers: CommandAnswer[] = [];
  private ticketsPerMinute: number | undefined;
  private rollouts = 0;
  /** Customer → its escalation that is open. */
  private readonly escalations = new Map<string, string>();
  private escalated = 0;

  constructor(private readonly test: RuleTest) {
    this.nodes = nodesOf(test);
    this.rows = new BatchRows(test.customers.length);
    const customerOf = new Map(test.customers.map(({ zone, customerId }) => [zone, customerId]));
    const catalogue = { customerOf: (zone: string) => customerOf.get(zone), version: () => 1 };
    this.fold = createSlotFold({ catalogue, openSlots: MINUTE_S, zonesMax: test.customers.length });
  }

  /** Nodes that a change concerns: of those that fit, the first of each region, at least one. */
  chosen({ region, pop, node, release, share }: NodeChoice): readonly TestedNode[] {
    const fit = this.nodes.filter(
      (each) =>
        (region === undefined || each.region === region) &&
        (pop === undefined || each.pop === pop) &&
        (node === undefined || each.nodeId === node) &&
        (release === undefined || releaseName(each.conduct.release) === release),
    );
    if (share === undefined) return fit;
    return [...new Set(fit.map((each) => each.region))].flatMap((each) => {
      const here = fit.filter((one) => one.region === each);
      return here.slice(0, Math.max(1, Math.round(share * here.length)));
    });
  }

  /** Makes a change; answers how many nodes or customers it concerned: 0 when one of what it names is not there. */
  change(change: TelemetryChange, nowMs: number): number {
    const nodes = this.chosen(change.where);
    for (const node of nodes) changeNode(node, change);
    if (change.deploy !== undefined) this.deploy(change.deploy, nodes, nowMs);
    if (change.ticketsPerMinute !== undefined) this.ticketsPerMinute = change.ticketsPerMinute;
    const isEach = [...(change.escalates ?? [])]
      .map((customerId) => this.escalate(customerId, nowMs))
      .concat([...(change.settles ?? [])].map((customerId) => this.settle(customerId, nowMs)));
    return isEach.every(Boolean) ? nodes.length : 0;
  }

  /** A customer complains; false when there is none, or it does already. */
  private escalate(customerId: string, nowMs: number): boolean {
    if (this.escalations.has(customerId) || !this.test.customers.some((each) => each.customerId === customerId))
      return false;
    this.escalated += 1;
    const escalationId = `escalation-${this.escalated}`;
    this.escalations.set(customerId, escalationId);
    this.tellEscalation(escalationId, customerId, 'opened', nowMs);
    return true;
  }

  /** A customer is content again; false when it was. */
  private settle(customerId: string, nowMs: number): boolean {
    const escalationId = this.escalations.get(customerId);
    if (escalationId === undefined) return false;
    this.escalations.delete(customerId);
    this.tellEscalation(escalationId, customerId, 'closed', nowMs);
    return true;
  }

  private tellEscalation(
    escalationId: string,
    customerId: string,
    state: CustomerEscalationSignal['state'],
    nowMs: number,
  ): void {
    const type = 'customer_escalation' as const;
    this.signals.push({ type, escalationId, customerId, severity: 'critical', state, atUs: nowMs * 1_000 });
  }

  /** Nodes do what they are told, and say so. */
  obey(command: Command, nowMs: number): void {
    for (const node of this.nodes) {
      if (!command.audience.includes(node.nodeId)) continue;
      if (command.action === 'rollback') {
        Object.assign(node.conduct, HEALTHY, { release: command.to, serverBootId: node.conduct.serverBootId + 1 });
        node.conduct.failingOf.clear();
      }
      const { commandId, generation } = command;
      const reported = { type: 'answer', nodeId: node.nodeId, agentBootId: '1', atUs: nowMs * 1_000 } as const;
      this.answers.push({ ...reported, commandId, generation, status: 'done', ...node.conduct.release, detail: '' });
    }
  }

  /** What the partitions tell of this tick; with `ticks` > 1 also of those before it, of the same slot. */
  tick(tick: number, ticks = 1): readonly PartitionTick[] {
    const endMs = (tick + 1) * TICK_MS;
    const seen = this.nodes.flatMap((node) => this.toldOf(node, tick, ticks, endMs));
    const slots = this.fold.takeChanged({ closedBefore: Math.floor((endMs - 1) / SLOT_MS) - MINUTE_S });
    this.fold.takeDelta(() => undefined);
    const base = { partition: 0, incarnation: 1, tick, nextOffset: tick };
    const quiet = { ...base, slots: [], nodes: [], reports: [], signals: [] };
    const reports: NodeReport[] = [...this.heartbeats(tick, ticks, endMs), ...this.answers.splice(0)];
    return [
      { ...quiet, topic: 'telemetry.outcomes', slots, nodes: seen },
      { ...quiet, topic: 'telemetry.nodes', reports },
      { ...quiet, topic: 'telemetry.signals', signals: [...this.signals.splice(0), ...this.tickets(tick, endMs)] },
    ];
  }

  private toldOf(node: TestedNode, tick: number, ticks: number, endMs: number): readonly NodeSeen[] {
    const batch = node.batch(tick, ticks, this.rows);
    if (batch === undefined) return [];
    this.fold.fold(batch, endMs);
    const { nodeId, pop, region, conduct } = node;
    return [{ nodeId, pop, region, release: releaseName(conduct.release), watermarkUs: endMs * 1_000 }];
  }

  private heartbeats(tick: number, ticks: number, endMs: number): readonly NodeReport[] {
    if (ticks === 1 && tick % HEARTBEAT_TICKS !== 0) return [];
    return this.nodes
      .filter(({ conduct }) => !conduct.isSilent)
      .map(({ nodeId, pop, region, conduct }) => ({
        type: 'heartbeat',
        nodeId,
        agentBootId: '1',
        atUs: endMs * 1_000,
        pop,
        region,
        ...conduct.release,
        serverBootId: String(conduct.serverBootId),
        observed: tick,
        dropped: 0,
        queued: 0,
        taps: 1,
      }));
  }

  private tickets(tick: number, endMs: number): readonly Signal[] {
    if (this.ticketsPerMinute === undefined || tick % HEARTBEAT_TICKS !== 0) return [];
    const second = Math.floor(endMs / 1_000);
    const until = (seconds: number): number => Math.floor((seconds * this.ticketsPerMinute!) / MINUTE_S);
    return [{ type: 'tickets', count: until(second) - until(second - 1), atUs: endMs * 1_000 }];
  }

  private deploy(release: Release, nodes: readonly TestedNode[], nowMs: number): void {
    const [first] = nodes;
    if (first === undefined) return;
    const previous = this.previous.get(first.nodeId) ?? first.conduct.release;
    this.rollouts += 1;
    this.signals.push({
      type: 'deploy',
      rolloutId: `rollout-${this.rollouts}`,
      service: TESTED_SERVICE,
      release,
      previous,
      stage: `stage-${this.rollouts}`,
      nodes: nodes.map(({ nodeId }) => nodeId),
      atUs: nowMs * 1_000,
    });
    for (const node of nodes) {
      this.previous.set(node.nodeId, node.conduct.release);
      node.conduct.release = release;
    }
  }
}

const changeNode = ({ conduct }: TestedNode, change: TelemetryChange): void => {
  const { failing, customers, timeouts, excluded, latencyMs, queriesPerSecond, isSilent, restarts } = change;
  if (failing !== undefined && customers === undefined) {
    conduct.failing = failing;
    conduct.failingOf.clear();
  }
  if (failing !== undefined) for (const customer of customers ?? []) conduct.failingOf.set(customer, failing);
  if (timeouts !== undefined) conduct.timeouts = timeouts;
  if (excluded !== undefined) conduct.excluded = excluded;
  if (latencyMs !== undefined) conduct.medianMs = latencyMs;
  if (queriesPerSecond !== undefined) conduct.queriesPerSecond = queriesPerSecond;
  if (isSilent !== undefined) conduct.isSilent = isSilent;
  if (restarts === true) conduct.serverBootId += 1;
};
