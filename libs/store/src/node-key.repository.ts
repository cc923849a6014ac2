import type { Queryable } from './database.js';
import { createList, type List, type Order } from './keyset.js';

/** A key for the tags of a node's batches; its secret is kept nowhere. */
export interface NodeKeyRow {
  readonly keyId: string;
  readonly nodeId: string;
  /** Ms. */
  readonly issuedAt: number;
  /** Ms of log time from which on its records are refused; null while it is valid. */
  readonly revokedAt: number | null;
}

/** A key, and the position of the last event of it. */
export interface ChangedNodeKey extends NodeKeyRow {
  readonly changedPosition: number;
}

/** Which keys of nodes. */
export interface NodeKeyFilter {
  readonly nodeId?: string | undefined;
}

/** Reads keys of nodes; by node in lists. */
export interface NodeKeyRepository extends List<NodeKeyRow, NodeKeyFilter> {
  /** Keys that changed after a position, in this order; without those that were revoked before a moment, in ms. */
  readonly changedAfter: (position: number, revokedBeforeMs: number) => Promise<readonly ChangedNodeKey[]>;
  /** The fingerprint of the secret that all keys are derived from: this one, unless another is there already. */
  readonly fingerprint: (own: string) => Promise<string>;
  /** Another secret takes over; false when keys were issued under the one before. */
  readonly replaceFingerprint: (own: string) => Promise<boolean>;
}

const COLUMNS = 'key_id as "keyId", node_id as "nodeId", issued_at as "issuedAt", revoked_at as "revokedAt"';

/** Keys of nodes. */
export const SELECT_NODE_KEYS = `select ${COLUMNS} from node_key`;

const ORDER: Order<NodeKeyRow> = {
  list: 'node-keys',
  columns: [
    { sql: 'node_id', kind: 'text', of: (row) => row.nodeId },
    { sql: 'issued_at', kind: 'number', of: (row) => row.issuedAt },
    { sql: 'key_id', kind: 'text', of: (row) => row.keyId },
  ],
};

/** Keys of nodes in PostgreSQL. */
export const createNodeKeyRepository = (database: Queryable): NodeKeyRepository => ({
  changedAfter: (position, revokedBeforeMs) =>
    database.query<ChangedNodeKey>(
      `select ${COLUMNS}, changed_position as "changedPosition" from node_key
       where changed_position > $1 and (revoked_at is null or revoked_at >= $2) order by changed_position`,
      [position, revokedBeforeMs],
    ),
  ...createList<NodeKeyRow, NodeKeyFilter>(database, ORDER, ({ nodeId }) => ({
    select: SELECT_NODE_KEYS,
    where: '($1::text is null or node_id = $1)',
    values: [nodeId ?? null],
  })),
  fingerprint: async (own) => {
    await database.query('insert into node_key_secret (fingerprint) values ($1) on conflict do nothing', [own]);
    const [row] = await database.query<{ fingerprint: string }>('select fingerprint from node_key_secret');
    if (row === undefined) throw new Error('read the fingerprint of the node key secret: it is gone again');
    return row.fingerprint;
  },
  replaceFingerprint: async (own) => {
    const replaced = await database.query(
      'update node_key_secret set fingerprint = $1 where not exists (select from node_key) returning 1',
      [own],
    );
    return replaced.length > 0;
  },
});
