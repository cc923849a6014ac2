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

/** The sockets that DNS servers connect to. */
export interface TapSocket {
  /** Where it listens on TCP; 0 where it does not. */
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
    const found = this.reader.push(piece);
    for (const one of found) {
      if (this.state === 'stopped' || this.state === 'refused') break;
      this.note(one);
    }
    // A busy sender is within a frame after nearly every piece, but never long within the same one.
    const isSame = found.length === 0 && this.frameSinceMs !== undefined;
    if (this.reader.pendingBytes === 0) this.frameSinceMs = undefined;
    else if (!isSame) this.frameSinceMs = this.lastMs;
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

/** Connections of all addresses, each with a number of its own. */
class Connections {
  private readonly open = new Map<Socket, Connection>();
  private accepted = 0;

  constructor(
    private readonly clock: Clock,
    private readonly listener: TapListener,
    private readonly closing: AbortSignal,
  ) {}

  get sockets(): readonly Socket[] {
    return [...this.open.keys()];
  }

  add(socket: Socket, kind: SocketAddress['kind']): void {
    // One bound for all addresses: a server has one per address at most.
    if (this.open.size >= CONNECTIONS_MAX) {
      socket.destroy();
      return;
    }
    this.accepted += 1;
    const connection = new Connection(this.accepted, socket, kind, this.listener, this.clock);
    this.open.set(socket, connection);
    if (kind === 'tcp') socket.setKeepAlive(true, TCP_KEEPALIVE_MS);
    socket.on('data', (piece: Buffer) => connection.read(piece));
    // Followed by close, which tells what it means.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.open.delete(socket);
      connection.closed(this.closing.aborted);
    });
  }

  async watch(): Promise<void> {
    while (!this.closing.aborted) {
      await this.clock.sleep(DEADLINES_EVERY_MS, this.closing);
      for (const connection of this.open.values()) connection.checkDeadlines();
    }
  }
}

const portOf = (server: Server): number => {
  const bound = server.address();
  return bound !== null && typeof bound === 'object' ? bound.port : 0;
};

/** Listens on every address as `dnstap-output` of the servers expects; fails when it cannot on one of them. */
export const listenForTap = async (
  addresses: readonly SocketAddress[],
  clock: Clock,
  listener: TapListener,
): Promise<TapSocket> => {
  const closing = new AbortController();
  const connections = new Connections(clock, listener, closing.signal);
  const servers = addresses.map(({ kind }) => createServer((socket) => connections.add(socket, kind)));
  const close = async (): Promise<void> => {
    closing.abort();
    const closed = [...servers, ...connections.sockets].map((one) => once(one, 'close'));
    for (const server of servers) server.close();
    for (const socket of connections.sockets) socket.destroy();
    await Promise.all(closed);
  };
  try {
    for (const [i, address] of addresses.entries()) if (servers[i] !== undefined) await listen(servers[i], address);
  } catch (error) {
    await close();
    throw error;
  }
  void connections.watch();
  return { port: Math.max(0, ...servers.map(portOf)), close };
};
