import { HEADER, isRefusal, type NodeReport, type Principal, refuse, type Refusal, type Signal } from '#contracts';
import type { EventLog } from '#event-log';
import type { Clock } from '#runtime';
import { readBatch, refuseBatch } from './check-batch.decide.js';
import { refuseReports, refuseSignal } from './check-reports.decide.js';
import type { Inventory } from './inventory.js';

/** A batch as it came. */
export interface SentBatch {
  readonly contentType: string;
  readonly body: Uint8Array;
  /** Authentication tag, made with the node's own key; passed on. */
  readonly tag: string | undefined;
}

/** What the sender may forget now. */
export interface TakenBatch {
  readonly nodeId: string;
  readonly agentBootId: string;
  readonly seq: number;
  readonly outcomes: number;
}

/** Requests that wait for the log at once, at 256 KiB each half of what a small process has. Beyond it they are told to come again. */
const WAITING_MAX = 512;
/** Base64 of an Ed25519 signature and some room; no header of ours is longer. */
const TAG_CHARACTERS_MAX = 128;
const JSON_TYPE = { [HEADER.contentType]: 'application/json' };

/** Checks what machines send, and appends it as it came. Answers when the log has it. */
export class Intake {
  private waiting = 0;

  constructor(
    private readonly log: EventLog,
    private readonly inventory: Inventory,
    private readonly clock: Clock,
  ) {}

  async batch(sent: SentBatch, principal: Principal): Promise<TakenBatch | Refusal> {
    const batch = readBatch(sent.contentType, sent.body);
    if (isRefusal(batch)) return batch;
    if (sent.tag !== undefined && sent.tag.length > TAG_CHARACTERS_MAX)
      return refuse('BODY_INVALID', `x-tocsin-tag: at most ${TAG_CHARACTERS_MAX} characters`);
    const { nodeId, agentBootId, seq, n } = batch;
    await this.inventory.learn([nodeId]);
    const refusal = refuseBatch(batch, this.check(principal));
    if (refusal !== undefined) return refusal;
    const headers = {
      [HEADER.contentType]: sent.contentType,
      [HEADER.keyId]: principal.keyId,
      ...(sent.tag === undefined ? {} : { [HEADER.tag]: sent.tag }),
    };
    const refused = await this.bounded(() =>
      this.log.append('telemetry.outcomes', [{ key: nodeId, value: sent.body, headers }]),
    );
    return refused ?? { nodeId, agentBootId, seq, outcomes: n };
  }

  async reports(reports: readonly NodeReport[], principal: Principal): Promise<{ readonly reports: number } | Refusal> {
    await this.inventory.learn(reports.map(({ nodeId }) => nodeId));
    const refusal = refuseReports(reports, this.check(principal));
    if (refusal !== undefined) return refusal;
    const headers = { ...JSON_TYPE, [HEADER.keyId]: principal.keyId };
    const records = reports.map((report) => ({
      key: report.nodeId,
      value: Buffer.from(JSON.stringify(report)),
      headers,
    }));
    const refused = await this.bounded(() => this.log.append('telemetry.nodes', records));
    return refused ?? { reports: reports.length };
  }

  async signal(signal: Signal, principal: Principal): Promise<{ readonly signal: Signal['type'] } | Refusal> {
    if (signal.type === 'deploy') await this.inventory.learn(signal.nodes);
    const refusal = refuseSignal(signal, (nodeId) => this.inventory.has(nodeId));
    if (refusal !== undefined) return refusal;
    const key = signal.type === 'deploy' ? signal.rolloutId : signal.type;
    const headers = { ...JSON_TYPE, [HEADER.keyId]: principal.keyId };
    const value = Buffer.from(JSON.stringify(signal));
    const refused = await this.bounded(() => this.log.append('telemetry.signals', [{ key, value, headers }]));
    return refused ?? { signal: signal.type };
  }

  private check(principal: Principal) {
    return {
      principal,
      isKnownNode: (nodeId: string) => this.inventory.has(nodeId),
      nowMs: this.clock.nowMs(),
    };
  }

  private async bounded(append: () => Promise<unknown>): Promise<Refusal | undefined> {
    if (this.waiting >= WAITING_MAX)
      return refuse('LOG_UNAVAILABLE', `${WAITING_MAX} requests wait for the event log already; send again`);
    this.waiting += 1;
    try {
      await append();
      return undefined;
    } finally {
      this.waiting -= 1;
    }
  }
}
