import { redact } from '#outgoing';
import type { Clock, Logger } from '#runtime';
import type { StandingPageRepository } from '#store';
import type { AttemptAnswer } from './channels/attempt.decide.js';
import type { Channel, Channels, Refresh } from './channels/channel.js';

/** What telling again needs. */
export interface RefreshParts {
  readonly channels: Channels;
  readonly pages: StandingPageRepository;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Pages told again at once; of more that are open the oldest are told no more, and a line in the log says so. */
export const REFRESHED_PAGES_MAX = 500;

const isTaken = (answer: AttemptAnswer): boolean =>
  answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;

/**
 * Tells receivers that forget what is open, and for a while what was: from what deliveries brought them last, so that no event a minute
 * is needed. A receiver that does not take it is told of once per reason, and tried again at the next turn; deliveries go on beside it.
 */
export class RefreshReconciler {
  private readonly dueAtMs = new Map<string, number>();
  private readonly said = new Map<string, string | undefined>();
  private readonly stopped = new AbortController();

  constructor(private readonly parts: RefreshParts) {}

  /** One run: of the channels whose turn it is. */
  readonly reconcile = async (): Promise<void> => {
    const { channels, clock } = this.parts;
    const nowMs = clock.nowMs();
    for (const channel of channels.values()) {
      const { name, refresh } = channel;
      if (refresh === undefined || nowMs < (this.dueAtMs.get(name) ?? 0)) continue;
      // First: what fails has its next turn with the others.
      this.dueAtMs.set(name, nowMs + refresh.everyMs);
      await this.tell(channel, refresh, nowMs);
    }
  };

  /** Breaks off what is under way. */
  stop(): void {
    this.stopped.abort();
  }

  private async tell({ name, secrets }: Channel, refresh: Refresh, nowMs: number): Promise<void> {
    const { pages } = this.parts;
    const all = await pages.list(name, nowMs - refresh.afterEndMs, nowMs, REFRESHED_PAGES_MAX + 1);
    const told = all.slice(0, REFRESHED_PAGES_MAX);
    if (told.length === 0 || this.stopped.signal.aborted) return;
    // Of this request alone: what listens to the longer one would stay until the process ends.
    const broken = new AbortController();
    const breakOff = (): void => broken.abort();
    this.stopped.signal.addEventListener('abort', breakOff);
    try {
      const answer = await refresh.send(told, { nowMs, signal: broken.signal });
      const failed = isTaken(answer) ? undefined : `${answer.kind}: ${answer.detail}`.slice(0, 300);
      this.say(
        name,
        failed ?? (all.length > told.length ? `only the newest ${told.length} are told again` : undefined),
      );
    } catch (error) {
      this.say(name, redact(String(error), secrets));
    } finally {
      this.stopped.signal.removeEventListener('abort', breakOff);
    }
  }

  private say(channel: string, because: string | undefined): void {
    if (this.said.get(channel) === because || this.stopped.signal.aborted) return;
    this.said.set(channel, because);
    const { logger } = this.parts;
    if (because === undefined) logger.info({ channel }, 'is told again what is open');
    else logger.warn({ channel, because }, 'could not be told again what is open; the next turn tries it');
  }
}
