import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { MixedQuery } from './knot-zones.js';

/** What became of a query, as its client saw it. */
export interface ClientOutcome {
  /** When it was due, ms since the epoch. */
  readonly atMs: number;
  readonly outcome: 'answered' | 'failed' | 'timeout' | 'unreachable';
}

/** Queries that are being sent. */
export interface OpenLoopQueries {
  /** In the order in which they ended. */
  readonly outcomes: readonly ClientOutcome[];
  /** Sends no more, and waits for those that are under way. */
  readonly stop: () => Promise<void>;
}

/** Who asks gives up after a second. */
const TIMEOUT_MS = 1_000;
const PACE_MS = 5;
const NOERROR = 0;

const nowMs = (): number => performance.timeOrigin + performance.now();

/** A query for a name of labels of at most 63 octets, wanting recursion as clients' do. */
export const encodeQuery = ({ name, type }: MixedQuery, id: number): Buffer => {
  const labels = name.split('.').map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label, 'latin1')]));
  const message = Buffer.concat([Buffer.alloc(12), ...labels, Buffer.of(0, 0, 0, 0, 1)]);
  message.writeUInt16BE(id, 0);
  message.writeUInt16BE(0x0100, 2);
  message.writeUInt16BE(1, 4);
  message.writeUInt16BE(type, message.length - 4);
  return message;
};

const IDS = 65_536;

/** Queries under way by id; how each ends is told once. */
class UnderWay {
  readonly outcomes: ClientOutcome[] = [];
  private readonly dueMs = new Map<number, number>();

  get size(): number {
    return this.dueMs.size;
  }

  begin(id: number, atMs: number): void {
    this.end(id, 'timeout');
    this.dueMs.set(id, atMs);
  }

  end(id: number, outcome: ClientOutcome['outcome']): void {
    const atMs = this.dueMs.get(id);
    if (atMs === undefined) return;
    this.dueMs.delete(id);
    this.outcomes.push({ atMs, outcome });
  }

  endAll(outcome: ClientOutcome['outcome']): void {
    for (const id of this.dueMs.keys()) this.end(id, outcome);
  }

  expire(): void {
    const oldest = nowMs() - TIMEOUT_MS;
    for (const [id, atMs] of this.dueMs) if (atMs <= oldest) this.end(id, 'timeout');
  }
}

/**
 * Asks a server on loopback so many times a second whatever it answers: who waits for answers asks a dead server less often, and so
 * makes an outage look small. Shares no code with the prober, which is measured against it.
 */
export const sendQueries = async (options: {
  readonly port: number;
  readonly perSecond: number;
  readonly next: () => MixedQuery;
}): Promise<OpenLoopQueries> => {
  const { port, perSecond, next } = options;
  const underWay = new UnderWay();
  const socket = createSocket('udp4');
  // Refused: nothing listens there, so nothing that was asked is answered any more.
  socket.on('error', () => underWay.endAll('unreachable'));
  socket.on('message', (answer) => {
    const rcode = answer.length < 4 ? undefined : answer.readUInt8(3) & 0x0f;
    if (rcode !== undefined) underWay.end(answer.readUInt16BE(0), rcode === NOERROR ? 'answered' : 'failed');
  });
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const startMs = nowMs();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((nowMs() - startMs) * perSecond) / 1_000);
    for (; sent < due; sent += 1) {
      const id = sent % IDS;
      underWay.begin(id, startMs + (sent * 1_000) / perSecond);
      socket.send(encodeQuery(next(), id), (error) => error !== null && underWay.end(id, 'unreachable'));
    }
    underWay.expire();
  }, PACE_MS);
  const end = async (): Promise<void> => {
    clearInterval(timer);
    const endMs = nowMs() + TIMEOUT_MS;
    while (underWay.size > 0 && nowMs() < endMs) await new Promise((done) => setTimeout(done, PACE_MS));
    underWay.expire();
    socket.close();
  };
  let ending: Promise<void> | undefined;
  return { outcomes: underWay.outcomes, stop: () => (ending ??= end()) };
};
