import { randomBytes } from 'node:crypto';
import { type KeptHead, refuse, type Refusal, type Verification } from '#contracts';
import type { EventLog } from '#event-log';
import { type Clock, type Logger, readKeptHeads } from '#runtime';
import { type Database, verifyChains } from '#store';

/** What verifications are done with. */
export interface VerificationParts {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly logger: Logger;
}

/** Verifications that are remembered; the oldest is forgotten. Their results are read at once, and a further one is cheap. */
const REMEMBERED_MAX = 20;

const begun = (verificationId: string, startedAt: number): Verification => ({
  verificationId,
  status: 'running',
  startedAt,
  endedAt: null,
  events: 0,
  of: 0,
  streams: null,
  head: null,
  keptHeads: 0,
  broken: [],
  isCut: false,
  failure: null,
});

/**
 * Verifications of the chains of events, one at a time in a process: each reads every event, and holds a snapshot while it does. They are
 * remembered by the process that does them, and by nothing else.
 */
export class Verifications {
  private readonly known = new Map<string, Verification>();
  private running: { readonly id: string; readonly done: Promise<void> } | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly parts: VerificationParts) {}

  /** One by its id. */
  find(id: string): Verification | Refusal {
    return this.known.get(id) ?? refuse('NOT_FOUND', `this process knows of no verification ${id}`);
  }

  /** Begins one, comparing with the heads in the log and with those that are given; refused while another is under way. */
  begin(keptHeads: readonly KeptHead[]): Verification | Refusal {
    if (this.running !== undefined)
      return refuse('VERIFICATION_UNDER_WAY', `verification ${this.running.id} is under way`);
    // 64 random bits: no two of them meet.
    const id = `av-${randomBytes(8).toString('hex')}`;
    const [oldest] = this.known.size >= REMEMBERED_MAX ? this.known.keys() : [];
    if (oldest !== undefined) this.known.delete(oldest);
    const verification = begun(id, this.parts.clock.nowMs());
    this.known.set(id, verification);
    this.running = { id, done: this.run(id, keptHeads) };
    return verification;
  }

  /** Ends the one that is under way. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('the process stops'));
    await this.running?.done;
  }

  private tell(id: string, told: Partial<Verification>): void {
    const before = this.known.get(id);
    if (before !== undefined) this.known.set(id, { ...before, ...told });
  }

  private async run(id: string, given: readonly KeptHead[]): Promise<void> {
    const { database, eventLog, clock, logger } = this.parts;
    try {
      const keptHeads = [...(await readKeptHeads(eventLog)), ...given];
      const { signal } = this.stopping;
      const onProgress = (progress: { readonly events: number; readonly of: number }): void => this.tell(id, progress);
      const report = await verifyChains(database, { keptHeads, onProgress, signal });
      const status = report.broken.length === 0 ? 'whole' : 'broken';
      this.tell(id, { ...report, broken: [...report.broken], of: report.events, status, endedAt: clock.nowMs() });
      if (status === 'broken') logger.error({ broken: report.broken.slice(0, 10) }, 'events are not what was appended');
    } catch (error) {
      logger.warn({ err: error }, `verification ${id} failed`);
      this.tell(id, {
        status: 'failed',
        endedAt: clock.nowMs(),
        failure: 'the database or the log did not answer; the log says more',
      });
    } finally {
      this.running = undefined;
    }
  }
}
