interface Message {
  readonly id?: string;
  readonly type: string;
  readonly payload?: {
    readonly query?: string;
    readonly variables?: { readonly after?: number };
    readonly authorization?: string;
  };
}

/** Every socket that was opened, in order. */
export class FakeSockets {
  readonly all: FakeSocket[] = [];

  /** What a client makes sockets with. */
  readonly Socket = ((sockets: FakeSocket[]) =>
    class extends FakeSocket {
      constructor(url: string) {
        super(url);
        sockets.push(this);
      }
    })(this.all);

  get last(): FakeSocket {
    const last = this.all.at(-1);
    if (last === undefined) throw new Error('no socket was opened');
    return last;
  }
}

/** A WebSocket whose other side is the test. */
export class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readyState = FakeSocket.CONNECTING;
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: string }) => void) | null = null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null;
  onerror: ((error: unknown) => void) | null = null;
  readonly sent: Message[] = [];
  /** Whether somebody is there. */
  answers = true;

  constructor(readonly url: string) {}

  send(text: string): void {
    const message = JSON.parse(text) as Message;
    this.sent.push(message);
    if (message.type === 'ping' && this.answers) this.tell({ type: 'pong' });
  }

  close(code = 1_000, reason = ''): void {
    if (this.readyState === FakeSocket.CLOSED) return;
    this.readyState = FakeSocket.CLOSED;
    this.onclose?.({ code, reason });
  }

  /** The server takes it, and what it was shown. */
  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }

  tell(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** What was asked with a word in it, newest first. */
  asked(word: string): Message {
    const found = this.sent.findLast(({ payload }) => payload?.query?.includes(word));
    if (found === undefined) throw new Error(`nobody asked for ${word}`);
    return found;
  }

  /** An event at a position. */
  tellEvent(position: number, stream: string): void {
    this.tell({ type: 'next', id: this.asked('events').id, payload: { data: { events: { position, stream } } } });
  }

  /** How the fleet is, counted when the newest event had a position. */
  tellHealth(position: number, asOf = '2021-07-22T11:50:00.000Z'): void {
    const fleetHealth = { position, health: { asOf, fleet: {}, regions: [] } };
    this.tell({ type: 'next', id: this.asked('fleetHealth').id, payload: { data: { fleetHealth } } });
  }
}
