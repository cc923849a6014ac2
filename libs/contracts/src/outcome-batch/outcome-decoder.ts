import { BATCH_BYTES_MAX, type OutcomeBatch } from '../outcome.js';
import { refuse, type Refusal } from '../problem.js';
import type { DecodeOptions } from './assemble-batch.js';
import { CONTENT_TYPE, mediaTypeOf } from './content-type.js';
import { decodeJsonColumns } from './json-columns.js';
import { decodeNdjson } from './ndjson.js';
import { decodeProtobuf } from './protobuf.js';

/** Reads one encoding of a batch. It never throws, whatever the bytes are: what does not fit is refused with its place. */
export interface OutcomeDecoder {
  readonly contentType: string;
  /** The batch may hold views into `bytes`, which must not change afterwards. */
  readonly decode: (bytes: Uint8Array, options?: DecodeOptions) => OutcomeBatch | Refusal;
}

const bounded = (contentType: string, decode: OutcomeDecoder['decode']): OutcomeDecoder => ({
  contentType,
  decode: (bytes, options) =>
    bytes.length > BATCH_BYTES_MAX
      ? refuse('BODY_TOO_LARGE', `${bytes.length} bytes: at most ${BATCH_BYTES_MAX}`)
      : decode(bytes, options),
});

const DECODERS: readonly OutcomeDecoder[] = [
  bounded(CONTENT_TYPE.protobuf, decodeProtobuf),
  bounded(CONTENT_TYPE.jsonColumns, decodeJsonColumns),
  bounded(CONTENT_TYPE.ndjson, decodeNdjson),
];

/** The decoder of a content type, whatever its parameters; undefined when there is none. */
export const decoderFor = (contentType: string): OutcomeDecoder | undefined => {
  const mediaType = mediaTypeOf(contentType);
  return DECODERS.find((decoder) => decoder.contentType === mediaType);
};
