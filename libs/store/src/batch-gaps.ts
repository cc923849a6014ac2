import type { GapChange } from '#domain';
import type { Queryable } from './database.js';

const DELETE = `
  delete from batch_gap g using unnest($1::text[], $2::text[], $3::bigint[]) as closed (node_id, agent_boot_id, from_seq)
  where g.node_id = closed.node_id and g.agent_boot_id = closed.agent_boot_id and g.from_seq = closed.from_seq`;

const INSERT = `
  insert into batch_gap (node_id, agent_boot_id, from_seq, to_seq, published_before, published_after, opened_at_ms)
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])`;

/** Closes and opens gaps. A gap that is open already fails: it would be named twice. */
export const changeGaps = async (tx: Queryable, changes: readonly GapChange[]): Promise<void> => {
  const closed = changes.flatMap((boot) => boot.gapsClosed.map((from) => ({ ...boot, from })));
  const opened = changes.flatMap((boot) => boot.gapsOpened.map((gap) => ({ ...boot, ...gap })));
  if (closed.length > 0) {
    await tx.query(DELETE, [
      closed.map(({ nodeId }) => nodeId),
      closed.map(({ agentBootId }) => agentBootId),
      closed.map(({ from }) => from),
    ]);
  }
  if (opened.length === 0) return;
  await tx.query(INSERT, [
    opened.map(({ nodeId }) => nodeId),
    opened.map(({ agentBootId }) => agentBootId),
    opened.map(({ from }) => from),
    opened.map(({ to }) => to),
    opened.map(({ publishedBefore }) => publishedBefore),
    opened.map(({ publishedAfter }) => publishedAfter),
    opened.map(({ openedAtMs }) => openedAtMs),
  ]);
};
