import { CONTENT_TYPE, encodeJsonColumns, encodeProtobuf, HEADER } from '#contracts';
import type { LogRecord } from '#event-log';
import { tagOf } from './batch-tag.js';
import type { Fleet, SentBatch, ZoneForm } from './fleet.js';

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
  { batch, appendedAtMs }: SentBatch,
  value: Uint8Array,
  offset: number,
  { encoding }: WireForm,
): LogRecord => ({
  topic: 'telemetry.outcomes',
  partition: 0,
  offset,
  key: batch.nodeId,
  value,
  headers: { [HEADER.contentType]: CONTENT_TYPE[encoding], [HEADER.tag]: tagOf(batch.nodeId, value) },
  appendedAtMs,
});
