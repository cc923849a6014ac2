import type { Event } from '#contracts';
import type { EventStore, StreamAppend } from '#store';
import type { Clock } from './clock.js';
import type { Logger } from './logger.js';

/** What became of the last wish for files to be read again. */
export interface Wish {
  /** The version of the stream of wishes at the last one; null: nobody asked yet. */
  readonly askedVersion: number | null;
  readonly askedAt: number | null;
  readonly askedBy: string | null;
  /** null: nothing is refused. */
  readonly refusedAt: number | null;
  readonly refusedProblems: readonly string[] | null;
}

/** What is to be loaded, and how. */
export interface Loading {
  /** What is to be appended, on the streams as they are now; undefined: it is in force. Asked again when somebody else was first. */
  readonly decide: () => Promise<StreamAppend | undefined>;
  /** Says that it was appended. */
  readonly tell: (appended: StreamAppend) => void;
}

/** Files of one kind: how they are read, loaded and refused. */
export interface LoadedFiles<T> {
  /** Its name in the log: `rules`. */
  readonly name: string;
  /** How it says what was read, what is refused, and what stays: `the files`, `the files are`, `the set in force`. */
  readonly words: { readonly say: string; readonly refused: string; readonly stays: string };
  /** Who appends. */
  readonly actor: string;
  /** As they were read at the start, where wrong ones stop the process. */
  readonly first: T;
  readonly read: () => { readonly read: T | undefined; readonly problems: readonly string[] };
  readonly loading: (read: T, cause: string) => Loading;
  /** The stream of wishes and refusals. */
  readonly wishes: string;
  readonly wish: () => Promise<Wish | undefined>;
  /** The expected version of its next event. */
  readonly wishesVersion: () => Promise<number>;
  readonly refused: (problems: string[], at: number) => Event;
  /** Files that were refused say what is in force. */
  readonly unchanged: (at: number) => Event;
}

/** What a loader needs of its process. */
export interface FileLoaderParts {
  readonly eventStore: Pick<EventStore, 'append'>;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
  readonly logger: Logger;
}

/** How often it is looked whether somebody asked for a reload: one row. */
const LOOK_EVERY_MS = 1_000;
/** Appends that were lost to others in a row: eight processes that load at once need as many rounds. Beyond it the load fails. */
const TRIES_MAX = 16;
/** What an event holds of problems; who has more mends the first. */
const PROBLEMS_MAX = 100;
const PROBLEM_CHARACTERS_MAX = 2_000;

/** The cause of what is loaded before the process does anything. */
const AT_START = 'start';

/**
 * Loads files: what is in them becomes what is in force, as a whole, or what is in force stays. That is an event, so that processes side by
 * side have the same; of several that load the same files one appends it, and the others find it.
 */
export class FileLoader<T> {
  private readonly stopping = new AbortController();
  private following: Promise<void> = Promise.resolve();
  private turn: Promise<unknown> = Promise.resolve();
  private seenAsked = 0;
  private refusal: string | undefined;

  constructor(
    private readonly parts: FileLoaderParts,
    private readonly files: LoadedFiles<T>,
  ) {}

  /** Loads what was read at the start, unless it is in force. */
  async load(): Promise<void> {
    this.seenAsked = (await this.files.wish())?.askedVersion ?? 0;
    await this.loadRead(this.files.first, AT_START);
  }

  /** Reads the files again. Whether that was done: they may be refused by it. */
  reload(cause: string): Promise<boolean> {
    const { name, words } = this.files;
    const reloaded = this.turn.then(async () => {
      try {
        await this.take(cause);
        return true;
      } catch (error) {
        this.parts.logger.error({ err: error, cause }, `${name}: a reload failed; ${words.stays} stays`);
        return false;
      }
    });
    this.turn = reloaded;
    return reloaded;
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

  private async run(): Promise<void> {
    const { clock, logger } = this.parts;
    while (!this.stopping.signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, this.stopping.signal);
      if (this.stopping.signal.aborted) return;
      await this.look().catch((error: Error) =>
        logger.warn({ err: error }, `${this.files.name}: cannot look for a reload`),
      );
    }
  }

  private async look(): Promise<void> {
    const asked = await this.files.wish();
    if (asked?.askedVersion == null || asked.askedVersion <= this.seenAsked) return;
    // A wish is seen when it was done: one that failed is tried again at the next look.
    if (await this.reload(`asked by ${asked.askedBy}`)) this.seenAsked = asked.askedVersion;
  }

  private async take(cause: string): Promise<void> {
    const { read, problems } = this.files.read();
    if (read === undefined) return this.refuse(problems, cause);
    await this.loadRead(read, cause);
    this.refusal = undefined;
  }

  private async loadRead(read: T, cause: string): Promise<void> {
    const { loading, name, words } = this.files;
    const { decide, tell } = loading(read, cause);
    const appended = await this.append(cause, decide);
    if (appended !== undefined) return tell(appended);
    this.parts.logger.info({ cause }, `${name}: ${words.say} what is in force`);
    await this.endRefusal(cause);
  }

  /**
   * Nothing is loaded, so that nothing else says that the files are well again. What another process refused when it was asked last is
   * its own to end: here its files are not known. A start ends it, since whoever starts one has mended the files.
   */
  private async endRefusal(cause: string): Promise<void> {
    const { wishes, wishesVersion, wish, unchanged } = this.files;
    await this.append(cause, async () => {
      const expectedVersion = await wishesVersion();
      const { refusedAt, askedAt } = (await wish()) ?? { refusedAt: null, askedAt: null };
      if (refusedAt === null) return undefined;
      const isOwn = this.refusal !== undefined || cause === AT_START || refusedAt < (askedAt ?? 0);
      if (!isOwn) return undefined;
      return { stream: wishes, expectedVersion, events: [unchanged(this.parts.clock.nowMs())] };
    });
  }

  private async refuse(problems: readonly string[], cause: string): Promise<void> {
    const { name, words, wishes, wishesVersion, wish, refused } = this.files;
    this.refusal = `${words.refused} refused, ${words.stays} stays: ${problems[0]?.split('\n')[0] ?? ''}`;
    this.parts.logger.error({ problems, cause }, `${name}: ${words.refused} refused; ${words.stays} stays`);
    const told = problems.slice(0, PROBLEMS_MAX).map((problem) => problem.slice(0, PROBLEM_CHARACTERS_MAX));
    await this.append(cause, async () => {
      // Read first: what changes after it is a conflict.
      const expectedVersion = await wishesVersion();
      const known = await wish();
      const isTold = JSON.stringify(known?.refusedProblems) === JSON.stringify(told);
      // Another process was first, or the same was tried again.
      if (isTold && (known?.refusedAt ?? 0) >= (known?.askedAt ?? 0)) return undefined;
      return { stream: wishes, expectedVersion, events: [refused(told, this.parts.clock.nowMs())] };
    });
  }

  /** Appends what is decided on streams as they are; decides again when somebody else was first. undefined: nothing to append. */
  private async append(cause: string, decide: Loading['decide']): Promise<StreamAppend | undefined> {
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      const append = await decide();
      if (append === undefined) return undefined;
      const metadata = { actor: this.files.actor, cause };
      if (!('conflict' in (await this.parts.eventStore.append([append], metadata)))) return append;
    }
    throw new Error(`load ${this.files.name}: others were first ${TRIES_MAX} times`);
  }
}
