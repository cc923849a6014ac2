import type { OnCallFile } from '#config';
import { canonicalDigest, event, type Event, type EventOf, streamOf } from '#contracts';
import { decideOnCallLoad } from '#domain';
import type { Clock, Logger } from '#runtime';
import type { EventStore, OnCallRepository } from '#store';
import { type OnCallSettings, readPlanOf } from './on-call.config.js';

/** What the loader needs of its process. */
export interface OnCallLoaderParts {
  readonly eventStore: Pick<EventStore, 'append'>;
  readonly repository: OnCallRepository;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: OnCallSettings;
}

/** How often it is looked whether somebody asked for a reload: one row. */
const LOOK_EVERY_MS = 1_000;
/** Appends that were lost to others in a row: eight processes that load at once need as many rounds. */
const TRIES_MAX = 16;
/** What an event holds of problems. */
const PROBLEMS_MAX = 100;
const PROBLEM_CHARACTERS_MAX = 2_000;

/** The cause of what is loaded before anything is sent. */
const AT_START = 'start';

/**
 * Loads who is called: what is in the file becomes the plan in force, as a whole, or the plan in force stays. Of several processes
 * that load the same file one appends it, and the others find it.
 */
export class OnCallLoader {
  private readonly stopping = new AbortController();
  private following: Promise<void> = Promise.resolve();
  private turn: Promise<void> = Promise.resolve();
  private seenAsked = 0;
  private refusal: string | undefined;

  constructor(private readonly parts: OnCallLoaderParts) {}

  /** Loads what was read at the start, unless it is in force. */
  async load(): Promise<void> {
    const { repository, settings } = this.parts;
    this.seenAsked = (await repository.reload())?.askedVersion ?? 0;
    await this.loadFile(settings.file, AT_START);
  }

  /** Reads the file again. */
  reload(cause: string): Promise<void> {
    this.turn = this.turn
      .then(() => this.take(cause))
      .catch((error: Error) =>
        this.parts.logger.error({ err: error, cause }, 'on call: a reload failed; the plan in force stays'),
      );
    return this.turn;
  }

  /** Reads the file again whenever somebody asked for it, in whatever process. */
  follow(): void {
    this.following = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.following;
    await this.turn;
  }

  /** Why the file is not what is in force; undefined when it is. */
  refused(): string | undefined {
    return this.refusal;
  }

  private async run(): Promise<void> {
    const { clock, logger } = this.parts;
    while (!this.stopping.signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, this.stopping.signal);
      if (this.stopping.signal.aborted) return;
      await this.look().catch((error: Error) => logger.warn({ err: error }, 'on call: cannot look for a reload'));
    }
  }

  private async look(): Promise<void> {
    const asked = await this.parts.repository.reload();
    if (asked?.askedVersion == null || asked.askedVersion <= this.seenAsked) return;
    this.seenAsked = asked.askedVersion;
    await this.reload(`asked by ${asked.askedBy}`);
  }

  private async take(cause: string): Promise<void> {
    const { config, problems } = readPlanOf(this.parts.settings.source, this.parts.clock.nowMs());
    if (config === undefined) return this.refuse(problems, cause);
    await this.loadFile(config, cause);
    this.refusal = undefined;
  }

  private async loadFile({ plan, warnings }: OnCallFile, cause: string): Promise<void> {
    const { clock, logger, repository, settings } = this.parts;
    for (const warning of warnings) logger.warn({ warning }, 'on call: the plan is loaded all the same');
    const sha256 = canonicalDigest(plan);
    const offered = { plan, sha256, source: settings.source.path, isFile: true };
    const loaded = await this.append(streamOf.onCall, cause, async () =>
      decideOnCallLoad(offered, await repository.inForce(), clock.nowMs()),
    );
    if (loaded) return logger.info({ sha256, cause }, 'on call: a plan was loaded');
    logger.info({ sha256, cause }, 'on call: the file says what is in force');
    await this.endRefusal(cause);
  }

  /** Nothing is loaded, so that nothing else says that the file is well again. */
  private async endRefusal(cause: string): Promise<void> {
    const { clock, repository, settings } = this.parts;
    await this.append(streamOf.onCallReload, cause, async () =>
      (await repository.reload())?.refusedAt == null
        ? []
        : [event('OnCallUnchanged', { source: settings.source.path, at: clock.nowMs() })],
    );
  }

  private async refuse(problems: readonly string[], cause: string): Promise<void> {
    const { clock, logger, repository, settings } = this.parts;
    this.refusal = `the file is refused, the plan in force stays: ${problems[0]?.split('\n')[0] ?? ''}`;
    logger.error({ problems, cause }, 'on call: the file is refused; the plan in force stays');
    const told = problems.slice(0, PROBLEMS_MAX).map((problem) => problem.slice(0, PROBLEM_CHARACTERS_MAX));
    await this.append(streamOf.onCallReload, cause, async (): Promise<readonly EventOf<'OnCallRefused'>[]> => {
      const known = await repository.reload();
      const isTold = JSON.stringify(known?.refusedProblems) === JSON.stringify(told);
      // Another process was first, or the same was tried again.
      if (isTold && (known?.refusedAt ?? 0) >= (known?.askedAt ?? 0)) return [];
      return [event('OnCallRefused', { source: settings.source.path, problems: told, at: clock.nowMs() })];
    });
  }

  /** Appends what is decided on a stream as it is; decides again when somebody else was first. Whether anything was appended. */
  private async append(
    stream: typeof streamOf.onCall | typeof streamOf.onCallReload,
    cause: string,
    decide: () => Promise<readonly Event[]>,
  ): Promise<boolean> {
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      // Read first: what changes after it is a conflict.
      const expectedVersion = await this.parts.repository.versionOf(stream);
      const events = await decide();
      if (events.length === 0) return false;
      const append = { stream, expectedVersion, events };
      if (!('conflict' in (await this.parts.eventStore.append([append], { actor: 'dispatcher', cause })))) return true;
    }
    throw new Error(`load who is called: others were first ${TRIES_MAX} times`);
  }
}
