import { LATENCY_NONE, OUTCOME, OUTCOMES, RCODE_NONE } from '#contracts';
import { classify, TIMEOUT_US } from '../outcome/classify.js';
import { type DnsMessage, readDnsMessage } from '../dnstap/dns-message.js';
import { lower } from '../dnstap/dns-name.js';
import { canonicalValue, readAnswers } from './answer-data.js';

/** What a sound question should be answered with. */
export interface Expectation {
  /** Any of these. */
  readonly rcodes: readonly number[];
  /** Records of the type that was asked for. */
  readonly minAnswers: number;
  /** Exactly these, as a set, in the form of `canonicalValue`; of SOA the serial. */
  readonly data?: readonly string[] | undefined;
}

/** `any`: the name exists and has data. */
export const EXPECT_ANY: Expectation = { rcodes: [0], minAnswers: 1 };

/** What is asked, as far as an answer is judged by it. */
export interface Asked {
  readonly qtype: number;
  /** undefined: a hostile packet, which has no right answer. It must only be survived. */
  readonly expect: Expectation | undefined;
}

/** What came back. A packet has passed `isReplyTo`. */
export type Reply =
  | { readonly kind: 'answered'; readonly packet: Uint8Array; readonly latencyUs: number }
  | { readonly kind: 'silent' }
  | { readonly kind: 'unreachable' };

/** What a probe says of its target, as a row of a batch has it. */
export interface Judgement {
  readonly outcome: number;
  readonly rcode: number;
  readonly latencyUs: number;
  readonly flags: number;
}

const FLAG_TC = 2;
const FLAG_AA = 4;
const QR = 0x80;
const HEADER_OCTETS = 12;
const REFUSALS: readonly number[] = [5, 9];

/** Behind the only question of a sound packet. */
const questionEnd = (packet: Uint8Array): number | undefined => {
  const message = readDnsMessage(packet);
  return message?.question === 'read' ? HEADER_OCTETS + message.nameOctets + 4 : undefined;
};

/**
 * Whether a packet is the reply to a query: a response, with its id and its question. Who cannot read a question may leave it out, so
 * an error without one is taken; a stranger has still to guess id and port.
 */
export const isReplyTo = (query: Uint8Array, packet: Uint8Array): boolean => {
  if (packet.length < HEADER_OCTETS || ((packet[2] ?? 0) & QR) === 0) return false;
  if (query.length < 2 || packet[0] !== query[0] || packet[1] !== query[1]) return false;
  const end = questionEnd(query);
  if (end === undefined) return true;
  const isBare = packet[4] === 0 && packet[5] === 0;
  if (isBare) return ((packet[3] ?? 0) & 0x0f) !== 0;
  if (questionEnd(packet) !== end) return false;
  for (let at = HEADER_OCTETS; at < end; at += 1) if (lower(query[at] ?? 0) !== lower(packet[at] ?? 0)) return false;
  return true;
};

const isContradicted = ({ qtype, expect }: Asked, message: DnsMessage, packet: Uint8Array): boolean => {
  if (expect === undefined) return false;
  if (!expect.rcodes.includes(message.rcode)) return true;
  const values = readAnswers(packet).filter(({ type }) => type === qtype);
  if (message.rcode === 0 && values.length < expect.minAnswers) return true;
  if (expect.data === undefined) return false;
  const [found, wanted] = [new Set(values.map(({ value }) => value)), new Set(expect.data)];
  return found.size !== wanted.size || [...wanted].some((value) => !found.has(canonicalValue(qtype, value)));
};

const IS_BAD = new Set<number>(OUTCOMES.filter((kind) => kind.class === 'bad').map(({ code }) => code));
const NO_ANSWER = { rcode: RCODE_NONE, latencyUs: LATENCY_NONE, flags: 0 } as const;

const judgeAnswer = (asked: Asked, packet: Uint8Array, latencyUs: number): Judgement => {
  const message = readDnsMessage(packet);
  if (message === undefined) return { outcome: OUTCOME.unknown, ...NO_ANSWER };
  const { rcode, tc, aa, answers, soaInAuthority, nsInAuthority } = message;
  const contradicted = isContradicted(asked, message, packet);
  // Who may refuse is not lame for it.
  const zoneAssigned = asked.expect?.rcodes.some((code) => REFUSALS.includes(code)) === false;
  const answer = { rcode, tc, aa, answers, soaInAuthority, nsInAuthority, zoneAssigned, contradicted };
  const seen = classify({ kind: 'answered', answer, latencyUs }) ?? OUTCOME.unknown;
  const isExcused = asked.expect === undefined && IS_BAD.has(seen);
  const flags = (tc ? FLAG_TC : 0) | (aa ? FLAG_AA : 0);
  return { outcome: isExcused ? OUTCOME.unknown : seen, rcode, latencyUs, flags };
};

/**
 * What a probe found:
 * - no answer within a second is a timeout, also when it comes later: whoever asked has gone elsewhere;
 * - what was not expected is `wrong_answer`, unless the server says itself that it failed;
 * - a hostile packet may be dropped, refused or answered with any error, and says nothing then (`unknown`, excluded): what it did to
 *   the server, the sound probes after it find. Only a closed port is bad.
 */
export const judge = (asked: Asked, reply: Reply): Judgement => {
  if (reply.kind === 'unreachable') return { outcome: OUTCOME.unreachable, ...NO_ANSWER };
  if (reply.kind === 'answered' && reply.latencyUs <= TIMEOUT_US)
    return judgeAnswer(asked, reply.packet, reply.latencyUs);
  return { outcome: asked.expect === undefined ? OUTCOME.unknown : OUTCOME.timeout, ...NO_ANSWER };
};
