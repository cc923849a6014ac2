import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** What is between a client and the next hop, and asks for another protocol. */
const OF_THE_HOP = new Set(['upgrade', 'connection', 'http2-settings']);

/**
 * Gives a request back to HTTP whose client would also speak another protocol, such as `h2c`, which Java's client offers with every
 * request: a server that takes upgrades at all gets all of them from Node, and the offer may be ignored (RFC 9110, 7.8). The request
 * is put in front of what the socket holds, without its offer, and read like every other.
 */
export const passOn = (server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void => {
  const { method = '', url = '', httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (!OF_THE_HOP.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
};
