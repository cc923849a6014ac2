import { CONTENT_TYPE, encodeJsonColumns, encodeProtobuf, HEADER, makeTag } from '#contracts';
import type { LogRecord } from '#event-log';
import type { Fleet, SentBatch, ZoneForm } from './fleet.js';
import { keyIdOf, signingKeyOf } from './node-keys.js';

/** An encoding under measurement. */
export interface WireForm {
  readonly zones: ZoneForm;
  readonly encoding: 'protobuf' | 'jsonColumns';
}

const ENCODERS = { protobuf: encodeProtobuf, jsonColumns: encodeJsonColumns } as const;
/** Odd, so that columns stand at every alignment, as in a fetch response. */
const RECORD_OVERHEAD = 71;

/** The records of one second as a log adapter gives them: every value lies somewhere in one large buffer. */
export const recordsOf = (fleet: Fleet, second: number, form: WireForm): readonly LogRecord[] => {
  const sent = [...fleet.batches(second, form.zones)];
  const values = sent.map(({ batch }) => ENCODERS[form.encoding](batch));
  const buffer = Buffer.alloc(values.reduce((sum, value) => sum + value.length + RECORD_OVERHEAD, 0));
  let at = 0;
  return values.map((value, index) => {
    at += RECORD_OVERHEAD;
    buffer.set(value, at);
    at += value.length;
    return recordOf(sent[index]!, buffer.subarray(at - value.length, at), second * sent.length + index, form);
  });
};

const recordOf = (
  { batch: { nodeId }, appendedAtMs }: SentBatch,
  value: Uint8Array,
  offset: number,
  { encoding }: WireForm,
): LogRecord => {
  const [topic, contentType, keyId] = ['telemetry.outcomes', CONTENT_TYPE[encoding], keyIdOf(nodeId)] as const;
  const tag = makeTag({ topic, contentType, keyId, body: value }, signingKeyOf(nodeId));
  const headers = { [HEADER.contentType]: contentType, [HEADER.keyId]: keyId, [HEADER.tag]: tag };
  return { topic, partition: 0, offset, key: nodeId, value, headers, appendedAtMs };
};
