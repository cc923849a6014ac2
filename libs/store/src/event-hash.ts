import { hash as hashOf } from 'node:crypto';
import { canonicalJson, type KeptHead } from '#contracts';

/** An event's row, without its hash. `data` is raw: what is hashed is what is stored, not what today's schema makes of it. */
export interface HashedRow {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly data: unknown;
  readonly actor: string;
  readonly cause: string;
  readonly recordedAtMs: number;
  /** Raw, as `data`; null where nothing is known beside the actor, as of every row from before there was such a column. */
  readonly audit: unknown;
}

/** What the first event of a stream takes for the hash before it. */
export const CHAIN_START = '0'.repeat(64);

/**
 * One link of a stream's chain: SHA-256, hex, over the hash before it and the canonical row. What is known of an act is one more element
 * where there is any, so that the hashes of rows without it are what they always were.
 */
export const eventHash = (previous: string, row: HashedRow): string => {
  const { position, stream, version, type, data, actor, cause, recordedAtMs, audit } = row;
  const told = audit === null ? [] : [audit];
  const canonical = canonicalJson([position, stream, version, type, data, actor, cause, recordedAtMs, ...told]);
  return hashOf('sha256', previous + canonical);
};

/** The head before any event. */
export const NO_EVENTS: KeptHead = { position: 0, digest: CHAIN_START };

/** The digest over the hashes of all events, one event further: SHA-256, hex, over the digest before and the hash of the event. */
export const nextDigest = (digest: string, hash: string): string => hashOf('sha256', digest + hash);
