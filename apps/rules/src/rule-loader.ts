import { event, type Event, type EventData, RULE_SET_EDITION, type RuleSet, streamOf, TICK_MS } from '#contracts';
import { describeUnmatched, unjudgedCustomers, unmatchedPatterns, VERIFY_MS } from '#domain';
import type { CatalogueFollower, Clock, Logger } from '#runtime';
import type { EventStore, LoadedRuleSet, RuleSetRepository } from '#store';
import { digestOf, readRuleFiles, type RuleFilesRead } from './rule-files.js';
import type { RulesSettings } from './rules.config.js';

/** What the loader needs of its process. */
export interface RuleLoaderParts {
  readonly eventStore: Pick<EventStore, 'append'>;
  readonly ruleSets: RuleSetRepository;
  readonly catalogue: Pick<CatalogueFollower, 'current'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: RulesSettings;
}

/**
 * How far ahead a set begins, in ticks (5 s). Every process decides ticks that are over, and reads the events before each of them;
 * so a set is known to all in time when its append is committed before its first tick is over, by whatever clock. 5 s are more than
 * an append takes and than clocks differ, and less than anybody waits for a rule.
 */
export const LEAD_TICKS = 5_000 / TICK_MS;
/** How often it is looked whether somebody asked for a reload: one row. */
const LOOK_EVERY_MS = 1_000;
/** Appends that were lost to others in a row: eight processes that load at once need as many rounds. */
const TRIES_MAX = 16;
/** What an event holds of problems. */
const PROBLEMS_MAX = 100;
const PROBLEM_CHARACTERS_MAX = 2_000;

/** The cause of what is loaded before anything is decided. */
const AT_START = 'start';

/** What is to be appended, and on what it rests. */
interface Decided<E extends Event> {
  readonly stream: string;
  readonly expectedVersion: number;
  readonly decided: E;
}

/**
 * Loads rules: what is in the files becomes the set in force, as a whole, or the set in force stays. A set is an event, so that
 * processes side by side, a restart and a replay decide by the same rules in the same ticks; of several processes that load the
 * same files one appends it, and the others find it. The first set ever decides from tick 0: before it there was none.
 */
export class RuleLoader {
  private readonly stopping = new AbortController();
  private following: Promise<void> = Promise.resolve();
  private turn: Promise<void> = Promise.resolve();
  private seenAsked = 0;
  private refusal: string | undefined;
  /** What the files said when they were read without a mistake. */
  private ruleSet: RuleSet | undefined;

  constructor(private readonly parts: RuleLoaderParts) {}

  /** Loads what was read at the start, unless it is in force. */
  async load(): Promise<void> {
    const { ruleSets, settings } = this.parts;
    this.seenAsked = (await ruleSets.reload())?.askedVersion ?? 0;
    await this.loadSet(settings.ruleSet, AT_START);
  }

  /** Reads the files again. */
  reload(cause: string): Promise<void> {
    const reloaded = this.turn.then(() => this.take(readRuleFiles(this.parts.settings.source), cause));
    this.turn = reloaded.catch((error: Error) =>
      this.parts.logger.error({ err: error, cause }, 'rules: a reload failed; the set in force stays'),
    );
    return this.turn;
  }

  /** Reads the files again whenever somebody asked for it, in whatever process. */
  follow(): void {
    this.following = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.following;
    await this.turn;
  }

  /** Why the files are not what is in force; undefined when they are. */
  refused(): string | undefined {
    return this.refusal;
  }

  /** Customers that rules are written for and do not judge, of the catalogue as it is; undefined when there are none. */
  unjudged(): string | undefined {
    const [first, ...more] =
      this.ruleSet === undefined ? [] : unjudgedCustomers(this.ruleSet, this.parts.catalogue.current());
    if (first === undefined) return undefined;
    return `${first.rule}: ${first.message}${more.length === 0 ? '' : ` (and ${more.length} more)`}`;
  }

  private async run(): Promise<void> {
    const { clock, logger } = this.parts;
    while (!this.stopping.signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, this.stopping.signal);
      await this.look().catch((error: Error) => logger.warn({ err: error }, 'rules: cannot look for a reload'));
    }
  }

  private async look(): Promise<void> {
    const asked = await this.parts.ruleSets.reload();
    if (asked?.askedVersion == null || asked.askedVersion <= this.seenAsked) return;
    this.seenAsked = asked.askedVersion;
    await this.reload(`asked by ${asked.askedBy}`);
  }

  private async take({ merged, problems }: RuleFilesRead, cause: string): Promise<void> {
    if (merged === undefined) return this.refuse(problems, cause);
    await this.loadSet(merged.ruleSet, cause);
    this.refusal = undefined;
  }

  private async loadSet(read: RuleSet, cause: string): Promise<void> {
    const { clock, settings, logger, ruleSets } = this.parts;
    const ruleSet = settings.verifyMs === VERIFY_MS ? read : { ...read, verifyMs: settings.verifyMs };
    const sha256 = digestOf(ruleSet);
    this.ruleSet = ruleSet;
    for (const { rule, message } of unjudgedCustomers(ruleSet, this.parts.catalogue.current()))
      logger.warn({ rule }, `rules: customers are not judged: ${message}`);
    const loaded = await this.append(cause, async () => {
      const latest = await ruleSets.latest();
      if (latest?.sha256 === sha256) return undefined;
      const at = clock.nowMs();
      const expectedVersion = latest?.version ?? 0;
      const place = { version: expectedVersion + 1, fromTick: firstTick(latest, at), source: settings.source.name };
      const decided = event('RulesLoaded', {
        ...place,
        sha256,
        ruleSet: { ...ruleSet, edition: RULE_SET_EDITION },
        at,
      });
      return { stream: streamOf.rules, expectedVersion, decided };
    });
    if (loaded !== undefined) return this.tell(loaded.data, cause);
    logger.info({ sha256, cause }, 'rules: the files say what is in force');
    await this.endRefusal(cause);
  }

  /**
   * Nothing is loaded, so that nothing else says that the files are well again. What another process refused when it was asked last is
   * its own to end: here its files are not known. A start ends it, since whoever starts one has mended the files.
   */
  private async endRefusal(cause: string): Promise<void> {
    const { clock, settings, ruleSets } = this.parts;
    await this.append(cause, async () => {
      const expectedVersion = await ruleSets.reloadVersion();
      const { refusedAt, askedAt } = (await ruleSets.reload()) ?? { refusedAt: null, askedAt: null };
      if (refusedAt === null) return undefined;
      const isOwn = this.refusal !== undefined || cause === AT_START || refusedAt < (askedAt ?? 0);
      if (!isOwn) return undefined;
      const decided = event('RulesUnchanged', { source: settings.source.name, at: clock.nowMs() });
      return { stream: streamOf.rulesReload, expectedVersion, decided };
    });
  }

  private tell({ version, sha256, fromTick, ruleSet }: EventData<'RulesLoaded'>, cause: string): void {
    const { catalogue, clock, logger } = this.parts;
    const rules = ruleSet.rules.length;
    logger.info({ version, sha256, fromTick, rules, cause }, 'rules: a set was loaded');
    if (version > 1 && clock.nowMs() >= fromTick * TICK_MS)
      logger.error({ version, fromTick }, 'rules: the append took so long that a tick may be decided by the old set');
    for (const unmatched of unmatchedPatterns(ruleSet, catalogue.current()))
      logger.warn({ version, ...unmatched.of }, `rules: a selector fits nothing: ${describeUnmatched(unmatched)}`);
  }

  private async refuse(problems: readonly string[], cause: string): Promise<void> {
    const { clock, settings, logger, ruleSets } = this.parts;
    this.refusal = `the files are refused, the set in force stays: ${problems[0]?.split('\n')[0] ?? ''}`;
    logger.error({ problems, cause }, 'rules: the files are refused; the set in force stays');
    const told = problems.slice(0, PROBLEMS_MAX).map((problem) => problem.slice(0, PROBLEM_CHARACTERS_MAX));
    await this.append(cause, async () => {
      // Read first: what changes after it is a conflict.
      const expectedVersion = await ruleSets.reloadVersion();
      const known = await ruleSets.reload();
      const isTold = JSON.stringify(known?.refusedProblems) === JSON.stringify(told);
      // Another process was first, or the same was tried again.
      if (isTold && (known?.refusedAt ?? 0) >= (known?.askedAt ?? 0)) return undefined;
      const decided = event('RulesRefused', { source: settings.source.name, problems: told, at: clock.nowMs() });
      return { stream: streamOf.rulesReload, expectedVersion, decided };
    });
  }

  /** Appends what is decided on a stream as it is; decides again when somebody else was first. undefined: nothing to append. */
  private async append<E extends Event>(
    cause: string,
    decide: () => Promise<Decided<E> | undefined>,
  ): Promise<E | undefined> {
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      const append = await decide();
      if (append === undefined) return undefined;
      const { decided, ...place } = append;
      const streams = [{ ...place, events: [decided] }];
      if (!('conflict' in (await this.parts.eventStore.append(streams, { actor: 'rules', cause })))) return decided;
    }
    throw new Error(`load rules: others were first ${TRIES_MAX} times`);
  }
}

const firstTick = (latest: LoadedRuleSet | undefined, nowMs: number): number =>
  latest === undefined ? 0 : Math.max(latest.fromTick + 1, Math.floor(nowMs / TICK_MS) + LEAD_TICKS);
