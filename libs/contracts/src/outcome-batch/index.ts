export { CONTENT_TYPE, mediaTypeOf } from './content-type.js';
export { WEIGHT_MAX } from './columns.js';
export { encodeJsonColumns } from './json-columns.js';
export { encodeNdjson } from './ndjson.js';
export { decoderFor, type OutcomeDecoder } from './outcome-decoder.js';
export { encodeProtobuf } from './protobuf.js';
export { newestUs, refuseFuture } from './refuse-future.js';
