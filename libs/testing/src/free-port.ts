import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below those that systems give to whoever asks for any, and to outgoing connections (Linux from 32,768 on, others from 49,152 on): a
 * process that is killed and started again finds its port free.
 */
const PORTS = { first: 20_000, end: 32_000 } as const;
/** Of 12,000 ports few are taken: eight draws that all are would be a sign of something else. */
const DRAWS_MAX = 8;

const isFree = async (port: number): Promise<boolean> => {
  const [udp, tcp] = [createSocket('udp4'), createServer()];
  udp.bind(port, '127.0.0.1');
  tcp.listen(port, '127.0.0.1');
  const begun = await Promise.allSettled([once(udp, 'listening'), once(tcp, 'listening')]);
  udp.close();
  tcp.close();
  return begun.every(({ status }) => status === 'fulfilled');
};

/** Those that were given: a broker wants two, and asks for the second before it binds the first. A run starts a dozen programs at most. */
const given = new Set<number>();

/** A port of 127.0.0.1 that is free for UDP and TCP, for a program that cannot ask for any: now, and after it was killed. */
export const freePort = async (): Promise<number> => {
  for (let draw = 0; draw < DRAWS_MAX; draw += 1) {
    const port = randomInt(PORTS.first, PORTS.end);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`find a port: ${DRAWS_MAX} between ${PORTS.first} and ${PORTS.end} are taken`);
};
