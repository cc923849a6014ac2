import { WireReader } from './wire-reader.js';

/** Who spoke with whom: the message types of dnstap in pairs, query odd, response even. */
export const TAP_FAMILIES = ['auth', 'resolver', 'client', 'forwarder', 'stub', 'tool', 'update'] as const;
/** The family of a message. */
export type TapFamily = (typeof TAP_FAMILIES)[number];

/** One dnstap message. Everything but its type may be missing: then bytes are empty, numbers 0, times undefined. */
export interface TapMessage {
  readonly identity: Uint8Array;
  readonly version: Uint8Array;
  readonly family: TapFamily;
  readonly isQuery: boolean;
  readonly isV6: boolean;
  /** dnstap's number: UDP 1, TCP 2, DOT 3, DOH 4 … */
  readonly protocol: number;
  readonly queryAddress: Uint8Array;
  readonly queryPort: number;
  readonly responsePort: number;
  /** In whole seconds and nanoseconds: together they are no exact number. */
  readonly queryTime: TapTime | undefined;
  readonly responseTime: TapTime | undefined;
  readonly queryMessage: Uint8Array | undefined;
  readonly responseMessage: Uint8Array | undefined;
  /** Wire form of the zone that the server found, where it says so. */
  readonly queryZone: Uint8Array;
}

/** An instant as dnstap writes it. */
export interface TapTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const NS_PER_SECOND = 1_000_000_000;
const TYPE_MESSAGE = 1;
const INET6 = 2;
const EMPTY: Uint8Array = new Uint8Array(0);

/** A clock that says more than a second of nanoseconds, or no second at all, says nothing. */
const timeOf = (seconds: number | undefined, nanoseconds = 0): TapTime | undefined =>
  seconds === undefined || seconds === 0 || nanoseconds >= NS_PER_SECOND || seconds > 0xffff_ffff
    ? undefined
    : { seconds, nanoseconds };

const readMessage = (bytes: Uint8Array, identity: Uint8Array, version: Uint8Array): TapMessage | undefined => {
  const reader = new WireReader(bytes);
  const numbers: (number | undefined)[] = [];
  const parts: (Uint8Array | undefined)[] = [];
  for (let found = reader.next(); found !== undefined; found = reader.next()) {
    if (found.field > 16) continue;
    numbers[found.field] = found.value;
    parts[found.field] = found.bytes;
  }
  const type = numbers[1] ?? 0;
  const family = TAP_FAMILIES[Math.ceil(type / 2) - 1];
  if (reader.isFaulty || family === undefined) return undefined;
  return {
    identity,
    version,
    family,
    isQuery: type % 2 === 1,
    isV6: numbers[2] === INET6,
    protocol: numbers[3] ?? 0,
    queryAddress: parts[4] ?? EMPTY,
    queryPort: numbers[6] ?? 0,
    responsePort: numbers[7] ?? 0,
    queryTime: timeOf(numbers[8], numbers[9]),
    responseTime: timeOf(numbers[12], numbers[13]),
    queryMessage: parts[10],
    responseMessage: parts[14],
    queryZone: parts[11] ?? EMPTY,
  };
};

/** Reads the payload of a data frame; undefined when it is not a dnstap message of a known type. Unknown fields are skipped. */
export const readTapMessage = (payload: Uint8Array): TapMessage | undefined => {
  const reader = new WireReader(payload);
  let [identity, version, message, type] = [EMPTY, EMPTY, EMPTY, 0];
  for (let found = reader.next(); found !== undefined; found = reader.next()) {
    if (found.field === 1) identity = found.bytes;
    else if (found.field === 2) version = found.bytes;
    else if (found.field === 14) message = found.bytes;
    else if (found.field === 15) type = found.value;
  }
  return reader.isFaulty || type !== TYPE_MESSAGE ? undefined : readMessage(message, identity, version);
};

/** Nanoseconds from one instant to another; exact below a hundred days. */
export const nsBetween = (from: TapTime, to: TapTime): number =>
  (to.seconds - from.seconds) * NS_PER_SECOND + (to.nanoseconds - from.nanoseconds);

/** µs since the epoch. */
export const usOf = (time: TapTime): number => time.seconds * 1_000_000 + Math.floor(time.nanoseconds / 1_000);
