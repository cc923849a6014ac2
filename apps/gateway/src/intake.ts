import {
  type ExternalAlertSignal,
  type ExternalChangeSignal,
  isRefusal,
  type NodeReport,
  type OutcomeTopic,
  type Principal,
  refuse,
  type Refusal,
  type Signal,
  type TaggedMessage,
  type TicketsSignal,
} from '#contracts';
import type { EventLog, NewRecord } from '#event-log';
import type { Clock, NodeKeyring } from '#runtime';
import { readBatch, refuseBatch } from './check-batch.decide.js';
import { refuseReports, refuseSignal } from './check-reports.decide.js';
import type { Inventory } from './inventory.js';
import { type SentMessage, tagRecord } from './tag-record.decide.js';

/** What the sender may forget now. */
export interface TakenBatch {
  readonly nodeId: string;
  readonly agentBootId: string;
  readonly seq: number;
  readonly outcomes: number;
}

/** What the intake needs. */
export interface IntakeParts {
  readonly log: Pick<EventLog, 'append'>;
  readonly inventory: Inventory;
  readonly keys: Pick<NodeKeyring, 'isRequired' | 'find' | 'vouch' | 'learn'>;
  readonly clock: Clock;
}

/** Requests that wait for the log at once, at 256 KiB each half of what a small process has. Beyond it they are told to come again. */
const WAITING_MAX = 512;

const asJson = (value: unknown): SentMessage => ({
  contentType: 'application/json',
  body: Buffer.from(JSON.stringify(value)),
});

/** Whoever sent it, and not what a body says of that: of other systems it is recorded, and no sender may have all places. */
const signed = (signal: Signal, { keyId }: Principal): Signal =>
  signal.type === 'external_alert' || signal.type === 'external_change' ? { ...signal, sender: keyId } : signal;

/** Checks what machines send, and appends it as it came. Answers when the log has it. */
export class Intake {
  /** What the log took, since the start. */
  readonly taken = { batches: 0, outcomes: 0, reports: 0, signals: 0 };
  private waiting = 0;

  constructor(private readonly parts: IntakeParts) {}

  async batch(
    sent: SentMessage,
    principal: Principal,
    topic: OutcomeTopic = 'telemetry.outcomes',
  ): Promise<TakenBatch | Refusal> {
    const batch = readBatch(sent.contentType, sent.body);
    if (isRefusal(batch)) return batch;
    const { nodeId, agentBootId, seq, n } = batch;
    await this.learn([nodeId], sent);
    const refusal = refuseBatch(batch, this.check(principal), topic);
    if (refusal !== undefined) return refusal;
    const record = this.record(topic, nodeId, sent, principal);
    if (isRefusal(record)) return record;
    const refused = await this.append(topic, [record]);
    if (refused !== undefined) return refused;
    this.taken.batches += 1;
    this.taken.outcomes += n;
    return { nodeId, agentBootId, seq, outcomes: n };
  }

  /** Reports as JSON; `exact`: the only one of them, as it came and with its tag. */
  async reports(
    reports: readonly NodeReport[],
    principal: Principal,
    exact?: SentMessage,
  ): Promise<{ readonly reports: number } | Refusal> {
    await this.learn(
      reports.map(({ nodeId }) => nodeId),
      exact,
    );
    const refusal = refuseReports(reports, this.check(principal));
    if (refusal !== undefined) return refusal;
    const records: NewRecord[] = [];
    for (const report of reports) {
      const record = this.record('telemetry.nodes', report.nodeId, exact ?? asJson(report), principal);
      if (isRefusal(record)) return record;
      records.push(record);
    }
    const refused = await this.append('telemetry.nodes', records);
    if (refused !== undefined) return refused;
    this.taken.reports += reports.length;
    return { reports: reports.length };
  }

  async signal(signal: Signal, principal: Principal): Promise<{ readonly signal: Signal['type'] } | Refusal> {
    if (signal.type === 'deploy') await this.learn(signal.nodes);
    const { inventory } = this.parts;
    if (signal.type === 'customer_escalation') await inventory.learnCustomer(signal.customerId);
    const refusal = refuseSignal(
      signal,
      (nodeId) => inventory.has(nodeId),
      (customerId) => inventory.hasCustomer(customerId),
    );
    if (refusal !== undefined) return refusal;
    const key = signal.type === 'deploy' ? signal.rolloutId : signal.type;
    const record = this.record('telemetry.signals', key, asJson(signed(signal, principal)), principal);
    if (isRefusal(record)) return record;
    const refused = await this.append('telemetry.signals', [record]);
    if (refused !== undefined) return refused;
    this.taken.signals += 1;
    return { signal: signal.type };
  }

  /** What other systems told at once: all of it is appended, or nothing. */
  async alerts(
    signals: readonly (ExternalAlertSignal | ExternalChangeSignal | TicketsSignal)[],
    principal: Principal,
  ): Promise<{ readonly accepted: number } | Refusal> {
    const records: NewRecord[] = [];
    for (const told of signals) {
      const signal = signed(told, principal);
      const record = this.record('telemetry.signals', signal.type, asJson(signal), principal);
      if (isRefusal(record)) return record;
      records.push(record);
    }
    const refused = records.length === 0 ? undefined : await this.append('telemetry.signals', records);
    if (refused !== undefined) return refused;
    this.taken.signals += records.length;
    return { accepted: records.length };
  }

  /** Requests that wait for the log. */
  get waitingNow(): number {
    return this.waiting;
  }

  /** Nodes and keys that were registered a moment ago are looked for, so that nothing of theirs is refused. */
  private async learn(nodeIds: readonly string[], sent?: SentMessage): Promise<void> {
    await this.parts.inventory.learn(nodeIds);
    await this.parts.keys.learn([sent?.keyId]);
  }

  private record(
    topic: TaggedMessage['topic'],
    key: string,
    sent: SentMessage,
    principal: Principal,
  ): NewRecord | Refusal {
    const headers = tagRecord(topic, key, sent, principal, this.parts.keys);
    return isRefusal(headers) ? headers : { key, value: sent.body, headers };
  }

  private check(principal: Principal) {
    return {
      principal,
      isKnownNode: (nodeId: string) => this.parts.inventory.has(nodeId),
      nowMs: this.parts.clock.nowMs(),
    };
  }

  private async append(topic: TaggedMessage['topic'], records: readonly NewRecord[]): Promise<Refusal | undefined> {
    if (this.waiting >= WAITING_MAX)
      return refuse('LOG_UNAVAILABLE', `${WAITING_MAX} requests wait for the event log already; send again`);
    this.waiting += 1;
    try {
      await this.parts.log.append(topic, records);
      return undefined;
    } finally {
      this.waiting -= 1;
    }
  }
}
