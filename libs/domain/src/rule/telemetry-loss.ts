import type { PartitionTick, TelemetryGap } from '../window/partition-tick.js';
import type { AlertSubject } from './rule.js';

/** What is lost of one subject, over all sources that tell of it. */
export interface TelemetryLoss {
  /** A `partition` (`telemetry.outcomes/3`) for records, a `node` for batches. */
  readonly subject: AlertSubject;
  readonly gaps: readonly TelemetryGap[];
}

interface Source {
  readonly tick: number;
  readonly gaps: readonly TelemetryGap[];
}

const sourceName = ({ topic, partition }: Pick<PartitionTick, 'topic' | 'partition'>): string =>
  `${topic}/${partition}`;

const subjectOf = (source: string, gap: TelemetryGap): AlertSubject =>
  gap.kind === 'batches' ? { scope: 'node', key: gap.nodeId } : { scope: 'partition', key: source };

/**
 * What the partitions tell to be lost. A partition lists its losses in every tick of the minute after they were found, so its last
 * tick is all there is to know: nothing is added up, and what it no longer lists is over. Holds one list per partition, each as
 * bounded as the aggregator makes it.
 */
export class TelemetryLosses {
  private readonly sources = new Map<string, Source>();

  apply(part: PartitionTick): void {
    const name = sourceName(part);
    if (part.tick < (this.sources.get(name)?.tick ?? -1)) return;
    this.sources.set(name, { tick: part.tick, gaps: part.gaps ?? [] });
  }

  /** What is listed now, in the order of subjects. */
  current(): readonly TelemetryLoss[] {
    const bySubject = new Map<string, { subject: AlertSubject; gaps: TelemetryGap[] }>();
    for (const [source, { gaps }] of this.sources) {
      for (const gap of gaps) {
        const subject = subjectOf(source, gap);
        const id = `${subject.scope}|${subject.key}`;
        const loss = bySubject.get(id) ?? { subject, gaps: [] };
        loss.gaps.push(gap);
        bySubject.set(id, loss);
      }
    }
    return [...bySubject.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, loss]) => loss);
  }

  /** Whether anything was heard, since this memory began, of who would list losses of a subject. */
  isHeard({ scope, key }: AlertSubject): boolean {
    return scope === 'partition' ? this.sources.has(key) : this.sources.size > 0;
  }
}
