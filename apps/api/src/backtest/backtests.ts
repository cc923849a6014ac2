import { createHash, randomBytes } from 'node:crypto';
import {
  type Backtest,
  isRefusal,
  type NewBacktest,
  type Principal,
  refuse,
  type Refusal,
  type RuleSet,
} from '#contracts';
import type { EventLog } from '#event-log';
import { type Clock, type Logger, ToldOnce } from '#runtime';
import type { Database } from '#store';
import { type BacktestEnd, runBacktestThread } from './backtest-thread.js';
import { readTriedRules } from './tried-rules.js';

/** What backtests are done with. */
export interface BacktestParts {
  readonly database: Database;
  readonly eventLog: Pick<EventLog, 'clusterId' | 'offsets' | 'offsetAt' | 'read'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Backtests that wait behind the one that runs; a further one is refused. With each of them a minute long somebody waits for five. */
const WAITING_MAX = 4;
/** Backtests that this process remembers, with what they found (200 KB each at most); the oldest that is over is forgotten. */
export const REMEMBERED_MAX = 20;
/** So long one may take, 15 min: a longer one keeps the others waiting, and is asked for again over a shorter time. */
const TAKES_MS_MAX = 900_000;
/** 64 bits, in hex: no two meet. */
const ID_CHARS = 16;

/** The id of one that is begun under a key, which was claimed then: the same each time that the request is sent again. */
const idUnder = ({ subject, key }: { readonly subject: string; readonly key: string }, at: number): string =>
  createHash('sha256')
    .update(JSON.stringify([subject, key, at]))
    .digest('hex')
    .slice(0, ID_CHARS);

/**
 * What other rules would have done, over the recorded log: one at a time in a process, on a thread of its own. What one found is in the
 * memory of the process that did it, and nowhere else; the text of the rules is kept by nobody.
 */
export class Backtests {
  private readonly own = new Map<string, Backtest>();
  private last: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();
  private readonly toldOnce: ToldOnce;

  constructor(private readonly parts: BacktestParts) {
    this.toldOnce = new ToldOnce(parts);
  }

  /** One by its id. */
  find(id: string): Backtest | Refusal {
    return this.own.get(id) ?? refuse('NOT_FOUND', `this process knows of no backtest ${id}`);
  }

  /** Those that are remembered, the newest first. */
  newest(): readonly Backtest[] {
    return [...this.own.values()].toReversed();
  }

  /** Begins one, or lets it wait for those before it. Asked for again under its key it is answered as it is then. */
  async begin(asked: NewBacktest, caller: Principal): Promise<Backtest | Refusal> {
    const ruleSet = readTriedRules(asked.rules);
    if (isRefusal(ruleSet)) return ruleSet;
    const once = caller.terms?.once;
    const idAt = (at: number): string =>
      `bt-${once === undefined ? randomBytes(ID_CHARS / 2).toString('hex') : idUnder(once, at)}`;
    return this.toldOnce.take(caller, {
      take: async (at) => this.beginAs(idAt(at), asked, ruleSet),
      again: (at) => this.find(idAt(at)),
    });
  }

  /** Ends the one that runs, and those that wait. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('the process stops'));
    await this.last;
  }

  private beginAs(id: string, { incidentId, fromMs, toMs }: NewBacktest, ruleSet: RuleSet): Backtest | Refusal {
    const waiting = this.newest().filter(({ status }) => status === 'waiting').length;
    if (waiting >= WAITING_MAX) return refuse('BACKTESTS_TOO_MANY', `${waiting} wait already; ask again in a minute`);
    this.forget();
    const backtest: Backtest = {
      backtestId: id,
      status: 'waiting',
      incidentId: incidentId ?? null,
      askedAt: this.parts.clock.nowMs(),
      endedAt: null,
      progress: 0,
      outcomes: 0,
      result: null,
      failure: null,
    };
    this.own.set(id, backtest);
    this.last = this.last.then(() => this.run(id, { incidentId, fromMs, toMs }, ruleSet));
    return backtest;
  }

  private forget(): void {
    if (this.own.size < REMEMBERED_MAX) return;
    const oldest = [...this.own.values()].find(({ endedAt }) => endedAt !== null);
    if (oldest !== undefined) this.own.delete(oldest.backtestId);
  }

  private note(id: string, told: Partial<Backtest>): void {
    const before = this.own.get(id);
    if (before !== undefined) this.own.set(id, { ...before, ...told });
  }

  private async run(id: string, asked: Omit<NewBacktest, 'rules'>, ruleSet: RuleSet): Promise<void> {
    const end = await this.endOf(id, asked, ruleSet);
    const endedAt = this.parts.clock.nowMs();
    if ('why' in end) this.note(id, { status: 'failed', endedAt, failure: end.why });
    else this.note(id, { status: 'done', endedAt, progress: 1, result: end.result });
  }

  private async endOf(id: string, asked: Omit<NewBacktest, 'rules'>, ruleSet: RuleSet): Promise<BacktestEnd> {
    const { eventLog, clock, logger } = this.parts;
    if (this.stopping.signal.aborted) return { why: 'its process was stopped before it was done' };
    this.note(id, { status: 'running' });
    const [late, over] = [new AbortController(), new AbortController()];
    void clock.sleep(TAKES_MS_MAX, over.signal).then(() => late.abort());
    const signal = AbortSignal.any([this.stopping.signal, late.signal]);
    const onProgress = (progress: number, outcomes: number): void => this.note(id, { progress, outcomes });
    const work = { clusterId: eventLog.clusterId, asked, ruleSet };
    try {
      return await runBacktestThread(work, { log: eventLog, onProgress, signal });
    } catch (error) {
      if (this.stopping.signal.aborted) return { why: 'its process was stopped before it was done' };
      if (late.signal.aborted) return { why: 'it took longer than 15 min: ask for a shorter time' };
      logger.warn({ err: error }, `backtest ${id} failed`);
      return { why: 'the log did not answer, or cannot be read; the log of its process says more' };
    } finally {
      over.abort();
    }
  }
}
