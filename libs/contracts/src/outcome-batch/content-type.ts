/** The content types in which a batch may arrive; equal in meaning, field names as in `proto/outcome_batch.proto`. */
export const CONTENT_TYPE = {
  protobuf: 'application/vnd.tocsin.outcomes+protobuf',
  jsonColumns: 'application/vnd.tocsin.outcomes+json',
  ndjson: 'application/x-ndjson',
} as const;

/** A content type without its parameters, in lower case: `application/X-NDJSON; charset=utf-8` is `application/x-ndjson`. */
export const mediaTypeOf = (contentType: string): string => (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
