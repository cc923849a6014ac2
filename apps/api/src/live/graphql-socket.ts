import type { WebSocket as ProtocolSocket } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { PROBLEMS, type Principal, type Refusal } from '#contracts';
import type { Clock } from '#runtime';
import type { Follower } from './followers.js';

/** Messages and pings that a client may send in a window: a console begins and ends some twenty operations as one turns its pages. */
const MESSAGES_MAX = 200;
const WINDOW_MS = 10_000;
/** What a close frame may say, in bytes (RFC 6455, 5.5). */
const REASON_BYTES_MAX = 123;

/** Codes by which clients of the protocol know whether to come again: 44xx are final, 1013 is "later". */
const CLOSE_BY_STATUS: Readonly<Record<number, number>> = { 401: 4401, 403: 4403, 429: 1013, 503: 1013 };
const GOING_AWAY = 1001;
const TOO_MANY_MESSAGES = 4429;
const PONG = JSON.stringify({ type: 'pong' });

/** A WebSocket that speaks graphql-transport-ws, as the protocol and as the followers see it. */
export class GraphqlSocket implements Follower {
  /** Who opened it; known after its first message. */
  principal!: Principal;
  authorization: string | undefined;
  private isAlive = true;
  private pending = 0;
  private fullSinceMs: number | undefined;
  private messages = 0;
  private windowEndsMs = 0;

  constructor(
    private readonly socket: WebSocket,
    private readonly clock: Pick<Clock, 'nowMs'>,
  ) {
    socket.on('pong', () => (this.isAlive = true));
    socket.on('ping', () => this.count());
    // A broken line, or a message that is none: the library closes the socket, and that is where it is told.
    socket.on('error', () => undefined);
  }

  readonly bufferedBytes = (): number => this.socket.bufferedAmount;

  readonly stuckSinceMs = (): number | undefined => this.fullSinceMs;

  /** A ping; whoever has not answered the last one is gone. */
  readonly beat = (): void => {
    if (!this.isAlive) return this.cut();
    if (this.socket.readyState !== this.socket.OPEN || this.fullSinceMs !== undefined) return;
    this.isAlive = false;
    this.socket.ping();
  };

  readonly end = (refusal: Refusal | undefined): void => {
    if (refusal === undefined) return this.socket.close(GOING_AWAY, 'this process stops');
    const code = CLOSE_BY_STATUS[PROBLEMS[refusal.refused].status] ?? CLOSE_BY_STATUS[403]!;
    this.socket.close(code, refusal.refused.slice(0, REASON_BYTES_MAX));
  };

  readonly cut = (): void => this.socket.terminate();

  /** The socket as graphql-ws wants it. `send` resolves when the line has taken a message: nothing is read for a client before that. */
  asProtocol(onBroken: (error: unknown) => void): ProtocolSocket {
    const { socket } = this;
    return {
      protocol: socket.protocol,
      send: (text) => this.send(text),
      close: (code, reason) => socket.close(code, reason),
      // Without its payload: it may be long, and whoever sends it need not have shown a key.
      onPing: () => this.send(PONG),
      onMessage: (take) => {
        socket.on('message', (data: Buffer, isBinary) => {
          if (isBinary) return socket.close(4400, 'expected text');
          if (!this.count()) return;
          take(data.toString()).catch((error: unknown) => {
            onBroken(error);
            socket.close(1011, 'the error was logged');
          });
        });
      },
    };
  }

  private async send(text: string): Promise<void> {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return;
    this.pending += 1;
    this.fullSinceMs ??= this.clock.nowMs();
    await new Promise<void>((sent) => socket.send(text, () => sent()));
    this.pending -= 1;
    this.fullSinceMs = this.pending === 0 ? undefined : this.clock.nowMs();
  }

  private count(): boolean {
    const nowMs = this.clock.nowMs();
    if (nowMs >= this.windowEndsMs) [this.messages, this.windowEndsMs] = [0, nowMs + WINDOW_MS];
    this.messages += 1;
    if (this.messages <= MESSAGES_MAX) return true;
    this.socket.close(TOO_MANY_MESSAGES, 'RATE_LIMITED');
    return false;
  }
}
