import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { isReplyTo, type Reply } from '#domain';
import { type Asker, type AskerCounts, type Asking, DEADLINE_MS, type Endpoint } from './asker.js';
import type { Clock } from './clock.js';

/**
 * Questions of one socket: then a new one takes over, with another port of the system's choice. Port and id together are what a forger
 * has to guess; a socket for each probe would cost more than the probe.
 */
const SOCKET_QUESTIONS_MAX = 200;
const IDS = 65_536;

interface Open {
  readonly query: Uint8Array;
  /** On the clock that measures. */
  readonly fromUs: number;
  readonly end: (reply: Reply) => void;
}

/** A socket that is connected, so that the system hands on packets of the target alone, and tells of a closed port. */
class UdpSocket {
  /** By id. */
  private readonly open = new Map<number, Open>();
  private readonly socket: Socket;
  private readonly connected: Promise<void>;
  private asked = 0;
  /** Questions that were taken, and are not open yet. */
  private coming = 0;
  private isRetired = false;

  constructor(
    endpoint: Endpoint,
    private readonly clock: Clock,
    private readonly counts: AskerCounts,
  ) {
    this.socket = createSocket(isIPv6(endpoint.address) ? 'udp6' : 'udp4');
    this.socket.on('message', (packet) => this.take(packet));
    // Nobody listens: the question that was told of is not known, but none of them will be answered.
    this.socket.on('error', () => this.endAll({ kind: 'unreachable' }));
    this.connected = new Promise((done) => {
      this.socket.once('connect', done);
      this.socket.once('error', () => done());
      this.socket.connect(endpoint.port, endpoint.address);
    });
  }

  get isUsed(): boolean {
    return this.asked >= SOCKET_QUESTIONS_MAX;
  }

  async ask(packetOf: (id: number) => Uint8Array): Promise<Asking> {
    this.asked += 1;
    this.coming += 1;
    await this.connected;
    this.coming -= 1;
    const id = this.freeId();
    const query = packetOf(id);
    const [sentUs, fromUs] = [this.clock.nowUs(), this.clock.elapsedUs()];
    return new Promise((done) => {
      const callOff = this.clock.after(DEADLINE_MS, () => end({ kind: 'silent' }));
      const end = (reply: Reply): void => {
        callOff();
        this.open.delete(id);
        done({ reply, sentUs });
        if (this.isRetired) this.closeWhenIdle();
      };
      this.open.set(id, { query, fromUs, end });
      this.send(query, () => end({ kind: 'unreachable' }));
    });
  }

  retire(): void {
    this.isRetired = true;
    this.closeWhenIdle();
  }

  close(): void {
    this.endAll({ kind: 'silent' });
    this.retire();
  }

  private send(query: Uint8Array, fail: () => void): void {
    try {
      this.socket.send(query, (error) => {
        if (error !== null) fail();
      });
    } catch {
      // It could not be connected: there is no way to the target.
      fail();
    }
  }

  private take(packet: Buffer): void {
    const open = packet.length < 2 ? undefined : this.open.get(packet.readUInt16BE(0));
    if (open === undefined || !isReplyTo(open.query, packet)) this.counts.strangers += 1;
    else open.end({ kind: 'answered', packet, latencyUs: this.clock.elapsedUs() - open.fromUs });
  }

  private endAll(reply: Reply): void {
    for (const { end } of this.open.values()) end(reply);
  }

  /** Open questions are few: a socket asks 200 in its life. */
  private freeId(): number {
    for (;;) {
      const id = randomInt(IDS);
      if (!this.open.has(id)) return id;
    }
  }

  private closeWhenIdle(): void {
    if (this.open.size + this.coming > 0) return;
    try {
      this.socket.close();
    } catch {
      // It was closed already.
    }
  }
}

/** Asks a target over UDP. */
export const createUdpAsker = (endpoint: Endpoint, clock: Clock, counts: AskerCounts): Asker => {
  let socket: UdpSocket | undefined;
  return {
    ask: (packetOf) => {
      if (socket?.isUsed === true) {
        socket.retire();
        socket = undefined;
      }
      socket ??= new UdpSocket(endpoint, clock, counts);
      return socket.ask(packetOf);
    },
    close: () => socket?.close(),
  };
};
