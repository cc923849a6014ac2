export { CONTENT_TYPE } from './content-type.js';
export { encodeJsonColumns } from './json-columns.js';
export { encodeNdjson } from './ndjson.js';
export { decoderFor } from './outcome-decoder.js';
export { encodeProtobuf } from './protobuf.js';
export { refuseFuture } from './refuse-future.js';
export { dictionaryOf, type ZoneDictionary, zoneHash } from './zone-dictionary.js';
