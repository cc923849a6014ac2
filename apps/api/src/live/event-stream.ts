import type { ServerResponse } from 'node:http';
import { type Principal, problemDocument, type Refusal } from '#contracts';
import type { Clock } from '#runtime';
import type { FollowedPage } from '../event-feed.js';
import type { Follower } from './followers.js';

/** Whose stream it is. */
export interface StreamOwner {
  readonly principal: Principal;
  readonly authorization: string | undefined;
}

/**
 * A stream of server-sent events on a response that is already ours. It writes only what the socket takes: at most the socket's own
 * buffer, 16 KiB, and one event wait in it, whatever is recorded meanwhile.
 */
export class EventStream implements Follower {
  readonly principal: Principal;
  readonly authorization: string | undefined;
  private readonly closed = new AbortController();
  private position = 0;
  private fullSinceMs: number | undefined;
  private drained = (): void => undefined;

  constructor(
    private readonly raw: ServerResponse,
    private readonly clock: Pick<Clock, 'nowMs'>,
    { principal, authorization }: StreamOwner,
  ) {
    this.principal = principal;
    this.authorization = authorization;
    raw.on('drain', () => this.drain());
    // A line that breaks while we write closes the response as well: that is where it is told.
    raw.on('error', () => undefined);
    raw.once('close', () => {
      this.closed.abort();
      this.drain();
    });
    // Whoever left before this is told of by no event any more.
    if (raw.destroyed || raw.closed) this.closed.abort();
  }

  /** Aborted when the client has left, or was sent away. */
  get gone(): AbortSignal {
    return this.closed.signal;
  }

  readonly bufferedBytes = (): number => this.raw.writableLength;

  readonly stuckSinceMs = (): number | undefined => this.fullSinceMs;

  /** Begins: after how long a client that lost us comes again, and where it would go on. */
  begin(position: number, retryMs: number): void {
    this.position = position;
    this.raw.write(`retry: ${retryMs}\nid: ${position}\n\n`);
  }

  /** Sends what is followed, at the pace of the socket. Resolves when there is nothing more to come, or nobody to take it. */
  async send(pages: AsyncIterable<FollowedPage>): Promise<void> {
    for await (const { events, position } of pages) {
      for (const event of events) {
        await this.write(event.frame);
        if (this.gone.aborted) return;
        this.position = event.position;
      }
      this.position = position;
    }
  }

  /** A comment, and the position: who has filters goes on after what was passed over too. An id without data is no event. */
  readonly beat = (): void => {
    if (this.fullSinceMs === undefined) void this.write(`: beat\nid: ${this.position}\n\n`);
  };

  /** The last word is an event named `end` with the problem, where there is one: without it a client comes again as after any break. */
  readonly end = (refusal: Refusal | undefined): void => {
    this.closed.abort();
    if (this.raw.writableEnded) return;
    if (this.fullSinceMs !== undefined) this.raw.destroy();
    else if (refusal === undefined) this.raw.end();
    else this.raw.end(`event: end\ndata: ${JSON.stringify(problemDocument(refusal))}\n\n`);
  };

  readonly cut = (): void => {
    this.raw.destroy();
  };

  private async write(frame: Buffer | string): Promise<void> {
    if (this.raw.writableEnded || this.raw.destroyed || this.raw.write(frame)) return;
    this.fullSinceMs ??= this.clock.nowMs();
    const before = this.drained;
    await new Promise<void>((done) => {
      this.drained = () => {
        before();
        done();
      };
    });
  }

  private drain(): void {
    this.fullSinceMs = undefined;
    const drained = this.drained;
    this.drained = () => undefined;
    drained();
  }
}
