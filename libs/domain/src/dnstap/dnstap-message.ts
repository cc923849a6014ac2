import { WireReader } from './wire-reader.js';

/** Who spoke with whom: the message types of dnstap in pairs, query odd, response even. */
export const TAP_FAMILIES = ['auth', 'resolver', 'client', 'forwarder', 'stub', 'tool', 'update'] as const;
/** The family of a message. */
export type TapFamily = (typeof TAP_FAMILIES)[number];

/** Where bytes of a frame stand: [from, to). A place in place of the bytes: what waits must not hold on to its frame. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One dnstap message. Everything but its type may be missing: then spans are empty, numbers 0, times and messages undefined. */
export interface TapMessage {
  readonly identity: Span;
  readonly family: TapFamily;
  readonly isQuery: boolean;
  readonly isV6: boolean;
  /** dnstap's number: UDP 1, TCP 2, DOT 3, DOH 4 … */
  readonly protocol: number;
  readonly queryAddress: Span;
  readonly queryPort: number;
  readonly responsePort: number;
  /** In whole seconds and nanoseconds: together they are no exact number. */
  readonly queryTime: TapTime | undefined;
  readonly responseTime: TapTime | undefined;
  readonly queryMessage: Span | undefined;
  readonly responseMessage: Span | undefined;
}

/** An instant as dnstap writes it. */
export interface TapTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const NS_PER_SECOND = 1_000_000_000;
const TYPE_MESSAGE = 1;
const INET6 = 2;
const NOWHERE: Span = { from: 0, to: 0 };

/** A clock that says more than a second of nanoseconds, or no second at all, says nothing. */
const timeOf = (seconds: number, nanoseconds: number): TapTime | undefined =>
  seconds === 0 || nanoseconds >= NS_PER_SECOND || seconds > 0xffff_ffff ? undefined : { seconds, nanoseconds };

/** The fields of a message while they are read, in the order of dnstap.proto. */
class Fields {
  type = 0;
  family = 0;
  protocol = 0;
  queryAddress = NOWHERE;
  queryPort = 0;
  responsePort = 0;
  querySeconds = 0;
  queryNanoseconds = 0;
  queryMessage: Span | undefined = undefined;
  responseSeconds = 0;
  responseNanoseconds = 0;
  responseMessage: Span | undefined = undefined;
}

const spanOf = ({ from, to }: WireReader): Span => ({ from, to });

const note = (fields: Fields, reader: WireReader): void => {
  switch (reader.field) {
    case 1:
      fields.type = reader.value;
      break;
    case 2:
      fields.family = reader.value;
      break;
    case 3:
      fields.protocol = reader.value;
      break;
    case 4:
      fields.queryAddress = spanOf(reader);
      break;
    case 6:
      fields.queryPort = reader.value;
      break;
    case 7:
      fields.responsePort = reader.value;
      break;
    case 8:
      fields.querySeconds = reader.value;
      break;
    case 9:
      fields.queryNanoseconds = reader.value;
      break;
    case 10:
      fields.queryMessage = spanOf(reader);
      break;
    case 12:
      fields.responseSeconds = reader.value;
      break;
    case 13:
      fields.responseNanoseconds = reader.value;
      break;
    case 14:
      fields.responseMessage = spanOf(reader);
      break;
  }
};

const readMessage = (bytes: Uint8Array, message: Span, identity: Span): TapMessage | undefined => {
  const reader = new WireReader(bytes, message.from, message.to);
  const fields = new Fields();
  while (reader.next()) note(fields, reader);
  const family = TAP_FAMILIES[Math.ceil(fields.type / 2) - 1];
  if (reader.isFaulty || family === undefined) return undefined;
  return {
    identity,
    family,
    isQuery: fields.type % 2 === 1,
    isV6: fields.family === INET6,
    protocol: fields.protocol,
    queryAddress: fields.queryAddress,
    queryPort: fields.queryPort,
    responsePort: fields.responsePort,
    queryTime: timeOf(fields.querySeconds, fields.queryNanoseconds),
    responseTime: timeOf(fields.responseSeconds, fields.responseNanoseconds),
    queryMessage: fields.queryMessage,
    responseMessage: fields.responseMessage,
  };
};

/** Reads the payload of a data frame; undefined when it is not a dnstap message of a known type. Unknown fields are skipped. */
export const readTapMessage = (payload: Uint8Array): TapMessage | undefined => {
  const reader = new WireReader(payload);
  let [identity, message, type] = [NOWHERE, NOWHERE, 0];
  while (reader.next())
    if (reader.field === 1) identity = spanOf(reader);
    else if (reader.field === 14) message = spanOf(reader);
    else if (reader.field === 15) type = reader.value;
  return reader.isFaulty || type !== TYPE_MESSAGE ? undefined : readMessage(payload, message, identity);
};

/** Nanoseconds from one instant to another; exact below a hundred days. */
export const nsBetween = (from: TapTime, to: TapTime): number =>
  (to.seconds - from.seconds) * NS_PER_SECOND + (to.nanoseconds - from.nanoseconds);

/** µs since the epoch. */
export const usOf = (time: TapTime): number => time.seconds * 1_000_000 + Math.floor(time.nanoseconds / 1_000);
