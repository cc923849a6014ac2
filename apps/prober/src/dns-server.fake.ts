import { createSocket } from 'node:dgram';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** What the server does with a question. */
export type Behaviour =
  | { readonly kind: 'answer'; readonly address: string }
  | { readonly kind: 'rcode'; readonly rcode: number }
  | { readonly kind: 'silence' }
  /** Answers with another id. */
  | { readonly kind: 'wrong_id' }
  /** Answers another question. */
  | { readonly kind: 'wrong_question' }
  /** Answers from another port, which is a stranger's. */
  | { readonly kind: 'wrong_source' }
  /** Answers until a name comes that is too long: from then on it knows no name. */
  | { readonly kind: 'corruptible'; readonly address: string }
  /** Does nothing until `release` is called. */
  | { readonly kind: 'held' }
  /** Says over UDP that it does not fit; over TCP it answers. */
  | { readonly kind: 'truncated'; readonly address: string };

/** A DNS server on one port of this machine, over UDP and TCP. */
export interface FakeDnsServer {
  readonly port: number;
  /** What it does from now on. */
  behave: (behaviour: Behaviour) => void;
  /** Packets that came, over either transport. */
  readonly asked: Buffer[];
  /** Ports that questions came from over UDP. */
  readonly sources: ReadonlySet<number>;
  /** Answers what was held. */
  readonly release: () => void;
  readonly close: () => Promise<void>;
}

const QUESTION_AT = 12;
/** A packet that is longer than a name may be holds one that is too long: what probes ask has little else. */
const NAME_OCTETS_MAX = 300;
const [QR, TC] = [0x80, 0x02];

/** Behind the question; undefined when there is none that may be asked. */
const questionEnd = (query: Buffer): number | undefined => {
  let at = QUESTION_AT;
  for (let length = query[at]; length !== 0; length = query[at]) {
    if (length === undefined || length > 63) return undefined;
    at += 1 + length;
  }
  const end = at + 5;
  return at + 1 - QUESTION_AT > 255 || end > query.length || query.readUInt16BE(4) === 0 ? undefined : end;
};

/** The header and question of a query, as those of a response. */
const answered = (query: Buffer, rcode: number, answers: number): Buffer => {
  const end = questionEnd(query) ?? QUESTION_AT;
  const packet = Buffer.from(query.subarray(0, end));
  packet[2] = (packet[2] ?? 0) | QR;
  packet[3] = rcode;
  packet.writeUInt16BE(end > QUESTION_AT ? 1 : 0, 4);
  packet.writeUInt16BE(answers, 6);
  packet.writeUInt32BE(0, 8);
  return packet;
};

/** A record of the question's own name and type, whatever type that is: its data is an address. */
const recordOf = (query: Buffer, address: string): Buffer => {
  const qtype = query.readUInt16BE((questionEnd(query) ?? QUESTION_AT + 4) - 4);
  const fixed = Buffer.from([0xc0, QUESTION_AT, qtype >> 8, qtype & 0xff, 0, 1, 0, 0, 0, 60, 0, 4]);
  return Buffer.concat([fixed, Buffer.from(address.split('.').map(Number))]);
};

const responseTo = (query: Buffer, behaviour: Behaviour, isTcp: boolean): Buffer | undefined => {
  // What is no question is an error of its sender.
  if (query.length < QUESTION_AT) return undefined;
  if (questionEnd(query) === undefined) return answered(query, 1, 0);
  switch (behaviour.kind) {
    case 'silence':
      return undefined;
    case 'rcode':
      return answered(query, behaviour.rcode, 0);
    case 'truncated': {
      if (isTcp) return Buffer.concat([answered(query, 0, 1), recordOf(query, behaviour.address)]);
      const packet = answered(query, 0, 0);
      packet[2] = (packet[2] ?? 0) | TC;
      return packet;
    }
    case 'wrong_id': {
      const packet = answered(query, 0, 1);
      packet[1] = (packet[1] ?? 0) ^ 1;
      return Buffer.concat([packet, recordOf(query, '192.0.2.66')]);
    }
    case 'wrong_question': {
      const packet = answered(query, 0, 1);
      packet[QUESTION_AT + 1] = 'x'.charCodeAt(0);
      return Buffer.concat([packet, recordOf(query, '192.0.2.66')]);
    }
    case 'answer':
    case 'corruptible':
      return Buffer.concat([answered(query, 0, 1), recordOf(query, behaviour.address)]);
    case 'wrong_source':
    case 'held':
      return Buffer.concat([answered(query, 0, 1), recordOf(query, '192.0.2.1')]);
  }
};

const listenTcp = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** Starts one; it answers everything with 192.0.2.1 at first. */
export const startDnsServer = async (): Promise<FakeDnsServer> => {
  let behaviour: Behaviour = { kind: 'answer', address: '192.0.2.1' };
  const asked: Buffer[] = [];
  const sources = new Set<number>();
  const held: (() => void)[] = [];
  const tcp = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => {
      const query = piece.subarray(2);
      asked.push(query);
      const packet = responseTo(query, behaviour, true);
      if (packet === undefined) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(packet.length);
      socket.write(Buffer.concat([length, packet]));
    });
  });
  const port = await listenTcp(tcp);
  const [udp, stranger] = [createSocket('udp4'), createSocket('udp4')];
  udp.on('message', (query, { port: to, address }) => {
    asked.push(query);
    sources.add(to);
    if (behaviour.kind === 'corruptible' && query.length > NAME_OCTETS_MAX) behaviour = { kind: 'rcode', rcode: 3 };
    const { kind } = behaviour;
    const packet = responseTo(query, behaviour, false);
    if (packet === undefined) return;
    if (kind === 'held') held.push(() => udp.send(packet, to, address));
    else (kind === 'wrong_source' ? stranger : udp).send(packet, to, address);
  });
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  return {
    port,
    behave: (next) => {
      behaviour = next;
    },
    asked,
    sources,
    release: () => held.splice(0).forEach((send) => send()),
    close: async () => {
      udp.close();
      stranger.close();
      await new Promise((resolve) => tcp.close(resolve));
    },
  };
};
