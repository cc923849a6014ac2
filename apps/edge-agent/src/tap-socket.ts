import { once } from 'node:events';
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { encodeControl, FrameReader, type FrameFound } from '#domain';
import type { Clock } from './clock.js';

/** Where DNS servers connect to. */
export type SocketAddress =
  | { readonly kind: 'unix'; readonly path: string; readonly mode: number }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Whom a socket tells what happens on it; connections have numbers. */
export interface TapListener {
  /** A server began to send. */
  readonly onStart: (connection: number) => void;
  readonly onPayload: (payload: Uint8Array) => void;
  /** It ended as one that lives: with STOP, or since we closed it. */
  readonly onStop: (connection: number) => void;
  /** The connection closed in the middle: what a crash looks like. */
  readonly onLost: (connection: number, detail: string) => void;
  /** The stream could not be read on, and was closed by us. */
  readonly onRefused: (detail: string) => void;
}

/** A socket that DNS servers connect to. */
export interface TapSocket {
  /** Of a TCP socket; 0 of a unix socket. */
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** One server has one connection, or one for each of its threads; more is something else, and is closed at once. */
const CONNECTIONS_MAX = 64;
/** A server that connects sends START at once, and closes once it has FINISH; who does not keeps a place from one that would. */
const HANDSHAKE_MS_MAX = 10_000;
/** A frame is on its way for milliseconds. A peer that stays within one is stuck, or means no good. */
const FRAME_MS_MAX = 30_000;
/** A TCP peer that says nothing for so long may be gone without a word. A server that lives connects again; unix peers cannot vanish. */
const TCP_SILENCE_MS_MAX = 600_000;
/** The kernel then asks an idle peer whether it is there: what vanished is found in minutes. */
const TCP_KEEPALIVE_MS = 30_000;
/** How often deadlines are looked at. */
const DEADLINES_EVERY_MS = 5_000;

type State = 'quiet' | 'accepted' | 'sending' | 'stopped' | 'refused';

/**
 * A connection of a sender, from its first byte to its last.
 * - QUIET: READY may come once, and gets ACCEPT; START without READY is a sender that wants no answers.
 * - ACCEPTED: ACCEPT was sent; START must follow.
 * - SENDING: from START on; a close in this state is a crash of the server.
 * - STOPPED: after STOP, which gets FINISH; a close is what is expected, and nothing is read any more.
 * - REFUSED: closed by us, since what came cannot be read, or nothing came in time.
 */
class Connection {
  private readonly reader = new FrameReader();
  private state: State = 'quiet';
  private sinceMs: number;
  private lastMs: number;
  private frameSinceMs: number | undefined;

  constructor(
    private readonly id: number,
    private readonly socket: Socket,
    private readonly kind: SocketAddress['kind'],
    private readonly listener: TapListener,
    private readonly clock: Clock,
  ) {
    this.sinceMs = this.lastMs = clock.nowMs();
  }

  read(piece: Uint8Array): void {
    this.lastMs = this.clock.nowMs();
    for (const found of this.reader.push(piece)) {
      if (this.state === 'stopped' || this.state === 'refused') break;
      this.note(found);
    }
    const isWithin = this.reader.pendingBytes > 0;
    this.frameSinceMs = isWithin ? (this.frameSinceMs ?? this.lastMs) : undefined;
  }

  /** Looks whether the peer takes too long. */
  checkDeadlines(): void {
    const nowMs = this.clock.nowMs();
    const isOver = (sinceMs: number | undefined, maxMs: number): boolean =>
      sinceMs !== undefined && nowMs - sinceMs > maxMs;
    const isOpening = this.state === 'quiet' || this.state === 'accepted';
    if (isOpening && isOver(this.sinceMs, HANDSHAKE_MS_MAX)) this.refuse(`no START in ${HANDSHAKE_MS_MAX} ms`);
    else if (this.state === 'stopped' && isOver(this.sinceMs, HANDSHAKE_MS_MAX)) this.socket.destroy();
    else if (this.state !== 'sending') return;
    else if (isOver(this.frameSinceMs, FRAME_MS_MAX)) this.refuse(`a frame not whole in ${FRAME_MS_MAX} ms`);
    else if (this.kind === 'tcp' && isOver(this.lastMs, TCP_SILENCE_MS_MAX))
      this.refuse(`nothing in ${TCP_SILENCE_MS_MAX} ms`);
  }

  /** The peer is gone. */
  closed(isClosing: boolean): void {
    if (this.state !== 'sending') return;
    if (isClosing) return this.listener.onStop(this.id);
    const [cut] = this.reader.end();
    const within = cut?.kind === 'truncated' ? `, ${cut.have} of ${cut.expected} bytes into a frame` : '';
    this.listener.onLost(this.id, `the tap closed without STOP${within}`);
  }

  private note(found: FrameFound): void {
    if (found.kind === 'data') this.listener.onPayload(found.payload);
    else if (found.kind === 'refused') this.refuse(`${found.fault}, length ${found.length}`);
    else if (found.kind === 'control') this.control(found.control);
  }

  private control(control: Extract<FrameFound, { kind: 'control' }>['control']): void {
    const isOpening = this.state === 'quiet' || this.state === 'accepted';
    if (control === 'ready' && this.state === 'quiet') {
      this.become('accepted');
      this.socket.write(encodeControl('accept'));
    } else if (control === 'start' && isOpening) {
      this.become('sending');
      this.listener.onStart(this.id);
    } else if (control === 'stop') {
      if (this.state === 'sending') this.listener.onStop(this.id);
      this.become('stopped');
      this.socket.end(encodeControl('finish'));
    } else this.refuse(`${control.toUpperCase()} out of order`);
  }

  private become(state: State): void {
    this.state = state;
    this.sinceMs = this.clock.nowMs();
  }

  private refuse(why: string): void {
    this.listener.onRefused(why);
    if (this.state === 'sending') this.listener.onStop(this.id);
    this.become('refused');
    this.socket.destroy();
  }
}

/** A socket that an agent before us left behind would stop us from listening. */
const removeLeftover = (path: string): void => {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) rmSync(path);
};

const nameOf = (address: SocketAddress): string =>
  address.kind === 'unix' ? address.path : `${address.host}:${address.port}`;

const listen = (server: Server, address: SocketAddress): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(new Error(`listen on ${nameOf(address)}: ${cause.message}`, { cause })));
    if (address.kind === 'tcp') {
      server.listen({ host: address.host, port: address.port }, resolve);
      return;
    }
    removeLeftover(address.path);
    // The socket is made within this call; it must not be open to all even for a moment.
    const umask = process.umask(0o777 & ~address.mode);
    try {
      server.listen(address.path, () => {
        chmodSync(address.path, address.mode);
        resolve();
      });
    } finally {
      process.umask(umask);
    }
  });

/** Listens as `dnstap-output` of the servers expects. */
export const listenForTap = async (address: SocketAddress, clock: Clock, listener: TapListener): Promise<TapSocket> => {
  const open = new Map<Socket, Connection>();
  const closing = new AbortController();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const connection = new Connection(connections, socket, address.kind, listener, clock);
    open.set(socket, connection);
    if (address.kind === 'tcp') socket.setKeepAlive(true, TCP_KEEPALIVE_MS);
    socket.on('data', (piece: Buffer) => connection.read(piece));
    // Followed by close, which tells what it means.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open.delete(socket);
      connection.closed(closing.signal.aborted);
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  await listen(server, address);
  const watch = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await clock.sleep(DEADLINES_EVERY_MS, closing.signal);
      for (const connection of open.values()) connection.checkDeadlines();
    }
  };
  void watch();
  const bound = server.address();
  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : 0,
    close: async () => {
      closing.abort();
      const closed = [server, ...open.keys()].map((one) => once(one, 'close'));
      server.close();
      for (const socket of open.keys()) socket.destroy();
      await Promise.all(closed);
    },
  };
};
