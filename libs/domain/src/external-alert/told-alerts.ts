import type { ExternalAlertSignal, ExternalChangeSignal } from '#contracts';
import type { PartitionTick } from '../window/partition-tick.js';
import { identityOf } from './external-alert.js';

/** What was told of an alert of another system, and on which tick. */
export interface ToldAlert {
  readonly signal: ExternalAlertSignal;
  readonly tick: number;
}

/** A change that was told, and on which tick. */
export interface ToldChange {
  readonly signal: ExternalChangeSignal;
  readonly tick: number;
}

/** Alerts whose last telling is remembered: four times as many as may be open. Beyond it the one that was told longest ago is forgotten. */
const REMEMBERED_MAX = 4_096;

/** Whether a signal says what the state of an alert is; that somebody took it on says nothing of it. */
const isOfState = ({ signal }: ToldAlert): boolean => signal.action !== 'acknowledge';

/**
 * What other systems told, of alerts and of changes: on the ticks since the last decision, and when each alert was told last. It is rebuilt after a restart, since
 * minutes are read again and nothing older counts.
 */
export class ToldAlerts {
  private told: ToldAlert[] = [];
  private changes: ToldChange[] = [];
  private readonly lastTicks = new Map<string, number>();

  constructor(private readonly hash: (text: string) => string) {}

  apply({ tick, signals }: PartitionTick): void {
    for (const signal of signals) {
      if (signal.type === 'external_change') this.changes.push({ signal, tick });
      if (signal.type !== 'external_alert') continue;
      this.told.push({ signal, tick });
      if (signal.action !== 'trigger') continue;
      const identity = identityOf(signal, this.hash);
      this.lastTicks.delete(identity);
      this.lastTicks.set(identity, tick);
      const oldest = this.lastTicks.size > REMEMBERED_MAX ? this.lastTicks.keys().next().value : undefined;
      if (oldest !== undefined) this.lastTicks.delete(oldest);
    }
  }

  /** What is told was decided. */
  decided(): void {
    [this.told, this.changes] = [[], []];
  }

  /** Changes that are to be recorded on a tick; what was told before was recorded before. */
  changesOf(tick: number): readonly ToldChange[] {
    return this.changes.filter((each) => each.tick >= tick);
  }

  /** The tick on which it was said last that an alert goes on; undefined where that is longer ago than anything counts. */
  lastTick(identity: string): number | undefined {
    return this.lastTicks.get(identity);
  }

  /**
   * What is to be decided on a tick, in order. After a restart that begins with what was told before, all of which was decided: of each
   * alert its last state counts, and what was said in between is recorded already.
   */
  current(tick: number): readonly ToldAlert[] {
    const before = this.told.filter((each) => each.tick < tick);
    const last = new Map<string, ToldAlert>();
    for (const each of before) if (isOfState(each)) last.set(identityOf(each.signal, this.hash), each);
    const counting = before.filter((each) => !isOfState(each) || last.get(identityOf(each.signal, this.hash)) === each);
    return [...counting, ...this.told.filter((each) => each.tick >= tick)];
  }
}
