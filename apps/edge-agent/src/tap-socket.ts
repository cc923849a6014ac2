import { lstatSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { encodeControl, FrameReader, type FrameFound } from '#domain';

/** Whom a socket tells what happens on it. */
export interface TapListener {
  /** A server began to send. */
  readonly onStart: () => void;
  readonly onPayload: (payload: Uint8Array) => void;
  /** It ended as one that lives: with STOP. */
  readonly onStop: () => void;
  /** The connection closed in the middle: what a crash looks like. */
  readonly onLost: (detail: string) => void;
  /** The stream could not be read on, and was closed by us. */
  readonly onRefused: (detail: string) => void;
}

/** A socket that DNS servers connect to. */
export interface TapSocket {
  readonly close: () => Promise<void>;
}

/** One server has one connection, or one for each of its threads; more is something else. */
const CONNECTIONS_MAX = 64;

/**
 * A connection of a sender, from its first byte to its last.
 * - QUIET: READY may come, and gets ACCEPT.
 * - SENDING: from START on; a close in this state is a crash of the server.
 * - STOPPED: after STOP, which gets FINISH; a close is what is expected.
 * - REFUSED: closed by us.
 */
const serve = (socket: Socket, listener: TapListener, isClosing: () => boolean): void => {
  const reader = new FrameReader();
  let state: 'quiet' | 'sending' | 'stopped' | 'refused' = 'quiet';
  const note = (found: FrameFound): void => {
    if (found.kind === 'data') listener.onPayload(found.payload);
    else if (found.kind === 'refused') {
      listener.onRefused(`${found.fault}, length ${found.length}`);
      if (state === 'sending') listener.onStop();
      state = 'refused';
      socket.destroy();
    } else if (found.kind === 'control' && found.control === 'ready') socket.write(encodeControl('accept'));
    else if (found.kind === 'control' && found.control === 'start') {
      if (state !== 'sending') listener.onStart();
      state = 'sending';
    } else if (found.kind === 'control' && found.control === 'stop') {
      if (state === 'sending') listener.onStop();
      state = 'stopped';
      socket.end(encodeControl('finish'));
    }
  };
  socket.on('data', (piece: Buffer) => {
    for (const found of reader.push(piece)) note(found);
  });
  // Followed by close, which tells what it means.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    if (state !== 'sending' || isClosing()) return;
    const [cut] = reader.end();
    const within = cut?.kind === 'truncated' ? `, ${cut.have} of ${cut.expected} bytes into a frame` : '';
    listener.onLost(`the tap closed without STOP${within}`);
  });
};

/** A socket that an agent before us left behind would stop us from listening. */
const removeLeftover = (path: string): void => {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) rmSync(path);
};

/** Listens on a unix socket, as `dnstap-output` of the servers expects. */
export const listenForTap = async (path: string, listener: TapListener): Promise<TapSocket> => {
  const open = new Set<Socket>();
  let isClosing = false;
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    serve(socket, listener, () => isClosing);
  });
  server.maxConnections = CONNECTIONS_MAX;
  removeLeftover(path);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(new Error(`listen on ${path}: ${cause.message}`, { cause })));
    server.listen(path, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        isClosing = true;
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
};
