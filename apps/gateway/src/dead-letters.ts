import { HEADER, type Principal, type Refusal } from '#contracts';
import type { EventLog } from '#event-log';
import type { Clock, Logger } from '#runtime';

/** What was refused. */
export interface RefusedBody {
  readonly principal: Principal;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly refusal: Refusal;
}

/** Bytes kept of a body: enough to see what it was. */
const BODY_BYTES_MAX = 65_536;
/** Dead letters of one process and second; what is beyond is counted, and told once a minute: rubbish must not fill the log. */
const PER_SECOND_MAX = 20;
const TELL_EVERY_MS = 60_000;

/** Keeps what authenticated senders sent and we refused; best effort, so that it never changes an answer. */
export class DeadLetters {
  /** How often each code was refused. */
  readonly refused = new Map<string, number>();
  private second = 0;
  private inSecond = 0;
  private dropped = 0;
  private toldAtMs = 0;

  constructor(
    private readonly log: EventLog,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Appends in the background. */
  keep({ principal, contentType, body, refusal }: RefusedBody): void {
    this.refused.set(refusal.refused, (this.refused.get(refusal.refused) ?? 0) + 1);
    if (!this.mayKeep()) return;
    const { refused, detail, at } = refusal;
    const record = {
      key: principal.nodeId ?? null,
      // A copy: a view would hold the whole body, up to 1 MiB, while the log is away.
      value: Uint8Array.from(body.subarray(0, BODY_BYTES_MAX)),
      headers: {
        [HEADER.reason]: refused,
        [HEADER.detail]: at === undefined ? detail : `${at}: ${detail}`,
        [HEADER.origin]: 'http',
        [HEADER.sender]: principal.keyId,
        [HEADER.contentType]: contentType,
      },
    };
    this.log.append('telemetry.dead-letter', [record]).catch((error: Error) => {
      this.logger.warn({ err: error }, 'a dead letter could not be kept');
    });
  }

  /** Those that were not kept. */
  get droppedSoFar(): number {
    return this.dropped;
  }

  private mayKeep(): boolean {
    const nowMs = this.clock.nowMs();
    const second = Math.floor(nowMs / 1_000);
    if (second !== this.second) [this.second, this.inSecond] = [second, 0];
    this.inSecond += 1;
    if (this.inSecond <= PER_SECOND_MAX) return true;
    this.dropped += 1;
    if (nowMs - this.toldAtMs >= TELL_EVERY_MS) {
      this.logger.warn({ dropped: this.dropped }, 'dead letters are not kept: too many a second');
      this.toldAtMs = nowMs;
    }
    return false;
  }
}
