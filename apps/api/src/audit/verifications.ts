import { createHash, randomBytes } from 'node:crypto';
import { type KeptHead, type Principal, refuse, type Refusal, type Verification } from '#contracts';
import type { EventLog } from '#event-log';
import { type Clock, type Logger, readKeptHeads, ToldOnce } from '#runtime';
import { type AuditVerificationRepository, type Database, verifyChains } from '#store';

/** What verifications are done with. */
export interface VerificationParts {
  readonly database: Database;
  /** What every process can tell. */
  readonly kept: AuditVerificationRepository;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Verifications that this process remembers of those that it did; the oldest is forgotten. As many as are kept for all. */
const REMEMBERED_MAX = 20;
/** How often it is told how far one is, and that this process lives. */
const TELL_EVERY_MS = 1_000;

/** 64 bits, in hex: no two verifications meet. */
const ID_CHARS = 16;

/** The id of one that is begun under a key, which was claimed then: the same each time that the request is sent again. */
const idUnder = ({ subject, key }: { readonly subject: string; readonly key: string }, at: number): string =>
  createHash('sha256')
    .update(JSON.stringify([subject, key, at]))
    .digest('hex')
    .slice(0, ID_CHARS);

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
 * Verifications of the chains of events, one at a time in all processes: each reads every event, and holds a snapshot while it does. What one
 * found is kept in the database, where every process can tell of it; the process that did it tells it from its memory, since whoever rewrote
 * the events could rewrite that as well.
 */
export class Verifications {
  private readonly own = new Map<string, Verification>();
  private running: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();

  private readonly toldOnce: ToldOnce;

  constructor(private readonly parts: VerificationParts) {
    this.toldOnce = new ToldOnce(parts);
  }

  /** One by its id. */
  async find(id: string): Promise<Verification | Refusal> {
    const found = this.own.get(id) ?? (await this.parts.kept.find(id));
    return found ?? refuse('NOT_FOUND', `there is no verification ${id} among the newest`);
  }

  /** Those that are kept, the newest first, what this process did as it knows it. */
  async newest(): Promise<readonly Verification[]> {
    const kept = await this.parts.kept.newest();
    return kept.map((each) => this.own.get(each.verificationId) ?? each);
  }

  /**
   * Begins one, comparing with the heads in the log and with those that are given; refused while another is under way. Asked for again under
   * its key it is answered as it is then.
   */
  begin(keptHeads: readonly KeptHead[], caller: Principal): Promise<Verification | Refusal> {
    const once = caller.terms?.once;
    const idAt = (at: number): string =>
      `av-${once === undefined ? randomBytes(ID_CHARS / 2).toString('hex') : idUnder(once, at)}`;
    return this.toldOnce.take(caller, {
      take: (at) => this.beginAs(idAt(at), keptHeads),
      again: (at) => this.find(idAt(at)),
    });
  }

  private async beginAs(id: string, keptHeads: readonly KeptHead[]): Promise<Verification | Refusal> {
    const verification = begun(id, this.parts.clock.nowMs());
    const underWay = await this.parts.kept.begin(verification);
    if (underWay !== undefined) return refuse('VERIFICATION_UNDER_WAY', `verification ${underWay} is under way`);
    const [oldest] = this.own.size >= REMEMBERED_MAX ? this.own.keys() : [];
    if (oldest !== undefined) this.own.delete(oldest);
    this.own.set(id, verification);
    this.running = this.run(id, keptHeads);
    return verification;
  }

  /** Ends the one that is under way. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('the process stops'));
    await this.running;
  }

  private note(id: string, told: Partial<Verification>): void {
    const before = this.own.get(id);
    if (before !== undefined) this.own.set(id, { ...before, ...told });
  }

  private async run(id: string, given: readonly KeptHead[]): Promise<void> {
    const done = new AbortController();
    const telling = this.tellWhile(id, done.signal);
    try {
      await this.verify(id, given);
    } catch (error) {
      this.parts.logger.warn({ err: error }, `verification ${id} failed`);
      const failure = this.stopping.signal.aborted
        ? 'its process was stopped before it was done'
        : 'the database or the log did not answer; the log of its process says more';
      this.note(id, { status: 'failed', endedAt: this.parts.clock.nowMs(), failure });
    }
    done.abort();
    await telling;
    await this.tell(id);
  }

  private async verify(id: string, given: readonly KeptHead[]): Promise<void> {
    const { database, eventLog, clock, logger } = this.parts;
    const keptHeads = [...(await readKeptHeads(eventLog)), ...given];
    const { signal } = this.stopping;
    const onProgress = (progress: { readonly events: number; readonly of: number }): void => this.note(id, progress);
    const report = await verifyChains(database, { keptHeads, onProgress, signal });
    const status = report.broken.length === 0 ? 'whole' : 'broken';
    this.note(id, { ...report, broken: [...report.broken], of: report.events, status, endedAt: clock.nowMs() });
    if (status === 'broken') logger.error({ broken: report.broken.slice(0, 10) }, 'events are not what was appended');
  }

  private async tellWhile(id: string, done: AbortSignal): Promise<void> {
    for (;;) {
      await this.parts.clock.sleep(TELL_EVERY_MS, done);
      if (done.aborted) return;
      await this.tell(id);
    }
  }

  /** What cannot be told now is told the next time; at last it is this process alone that knows. */
  private async tell(id: string): Promise<void> {
    const verification = this.own.get(id);
    if (verification === undefined) return;
    await this.parts.kept
      .tell(verification)
      .catch((error: unknown) => this.parts.logger.warn({ err: error }, `what verification ${id} found is not kept`));
  }
}
