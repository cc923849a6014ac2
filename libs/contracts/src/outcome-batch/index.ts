export { CONTENT_TYPE } from './content-type.js';
export { dictionaryOf } from './decoded-batch.js';
export { encodeJsonColumns } from './json-columns.js';
export { encodeNdjson } from './ndjson.js';
export { decoderFor } from './outcome-decoder.js';
export { encodeProtobuf } from './protobuf.js';
export { refuseFuture } from './refuse-future.js';
export type { ZoneDictionary } from './zone-dictionary.js';
export { zoneHash } from './zone-words.js';
