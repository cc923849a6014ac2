import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const header = (flags: number, questions: number): Buffer => {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt16BE(flags, 2);
  bytes.writeUInt16BE(questions, 4);
  return bytes;
};
const label = (octets: number): Buffer => Buffer.concat([Buffer.of(octets), Buffer.alloc(octets, 'a')]);
const ASKED = Buffer.of(0, 0, 1, 0, 1);
const RD = 0x0100;
const QR = 0x8100;

/** Packets that no well-behaved client sends; the first is the one of 22 July 2021, a name of more than 255 octets. */
export const MALFORMED_QUERIES: readonly Buffer[] = [
  Buffer.concat([header(RD, 1), ...Array.from({ length: 5 }, () => label(63)), ASKED]),
  // A label longer than 63 octets says with its first bits that it is something else.
  Buffer.concat([header(RD, 1), label(64), ASKED]),
  // A name that points to itself.
  Buffer.concat([header(RD, 1), Buffer.of(0xc0, 12, 0, 1, 0, 1)]),
  header(RD, 0),
  Buffer.concat([header(RD, 2), label(3), ASKED]),
  Buffer.concat([header(RD, 1), label(3)]),
  header(RD, 1).subarray(0, 11),
  Buffer.of(0),
  Buffer.alloc(0),
  Buffer.from(Array.from({ length: 64 }, (_, index) => index)),
  Buffer.concat([header(QR, 1), label(3), ASKED]),
  Buffer.concat([header(0x1000, 1), label(3), ASKED]),
  Buffer.concat([header(RD, 1), label(3), ASKED, Buffer.alloc(40, 0xde)]),
];

const PACE_MS = 5;

/** Sends malformed packets to a server on loopback, so many a second, until it is stopped. */
export const sendMalformed = async (port: number, perSecond: number): Promise<{ readonly stop: () => void }> => {
  const socket = createSocket('udp4');
  // A server that is down refuses them: nobody waits for an answer.
  socket.on('error', () => undefined);
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let sent = 0;
  const timer = setInterval(() => {
    for (let left = (perSecond * PACE_MS) / 1_000; left > 0; left -= 1)
      socket.send(MALFORMED_QUERIES[sent++ % MALFORMED_QUERIES.length] ?? '', () => undefined);
  }, PACE_MS);
  return {
    stop: () => {
      clearInterval(timer);
      socket.close();
    },
  };
};
