import { randomInt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { isReplyTo, type Reply } from '#domain';
import { type Asker, type AskerCounts, type Asking, DEADLINE_MS, type Endpoint } from './asker.js';
import type { Clock } from './clock.js';

const IDS = 65_536;

/** Over TCP a message follows its length in two octets, which is also what bounds it. */
const framed = (packet: Uint8Array): Buffer => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(packet.length);
  return Buffer.concat([length, packet]);
};

/** Calls with the first message of a connection. */
const onMessage = (socket: Socket, take: (packet: Buffer) => void): void => {
  let held = Buffer.alloc(0);
  socket.on('data', (piece: Buffer) => {
    held = Buffer.concat([held, piece]);
    if (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) take(held.subarray(2, 2 + held.readUInt16BE(0)));
  });
};

/** Asks a target over TCP, on a connection for each probe: whether one can be made is part of the question. */
export const createTcpAsker = (endpoint: Endpoint, clock: Clock, counts: AskerCounts): Asker => {
  const sockets = new Set<Socket>();
  const ask = (packetOf: (id: number) => Uint8Array): Promise<Asking> => {
    const query = packetOf(randomInt(IDS));
    const [sentUs, fromUs] = [clock.nowUs(), clock.elapsedUs()];
    return new Promise((done) => {
      const socket = connect({ host: endpoint.address, port: endpoint.port });
      sockets.add(socket);
      const callOff = clock.after(DEADLINE_MS, () => end({ kind: 'silent' }));
      const end = (reply: Reply): void => {
        callOff();
        sockets.delete(socket);
        socket.destroy();
        done({ reply, sentUs });
      };
      socket.on('connect', () => socket.write(framed(query)));
      socket.on('error', ({ code }: NodeJS.ErrnoException) =>
        // Closed in the middle of a question is no answer, but somebody was there.
        end(code === 'ECONNRESET' || code === 'EPIPE' ? { kind: 'silent' } : { kind: 'unreachable' }),
      );
      socket.on('close', () => end({ kind: 'silent' }));
      onMessage(socket, (packet) => {
        if (isReplyTo(query, packet)) end({ kind: 'answered', packet, latencyUs: clock.elapsedUs() - fromUs });
        else {
          counts.strangers += 1;
          end({ kind: 'silent' });
        }
      });
    });
  };
  return { ask, close: () => sockets.forEach((socket) => socket.destroy()) };
};
