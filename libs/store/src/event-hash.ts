import { createHash } from 'node:crypto';
import { canonicalJson } from '#contracts';

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
}

/** What the first event of a stream takes for the hash before it. */
export const CHAIN_START = '0'.repeat(64);

/** One link of a stream's chain: SHA-256, hex, over the hash before it and the canonical row. */
export const eventHash = (previous: string, row: HashedRow): string => {
  const { position, stream, version, type, data, actor, cause, recordedAtMs } = row;
  const canonical = canonicalJson([position, stream, version, type, data, actor, cause, recordedAtMs]);
  return createHash('sha256').update(previous).update(canonical).digest('hex');
};
