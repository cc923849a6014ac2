import { z } from 'zod';
import type { ApiClient } from './api-client.js';
import type { WantedOfNodeKeys } from './arguments.js';
import { formatTime } from './figures.js';
import { formatTable } from './table.js';

const listed = z.object({
  nodeKeys: z.array(
    z.object({ keyId: z.string(), nodeId: z.string(), issuedAt: z.number(), revokedAt: z.number().nullable() }),
  ),
});
const issued = z.object({ keyId: z.string(), nodeId: z.string(), key: z.string() });
const revoked = z.object({ keyId: z.string(), revoked: z.literal(true) });

/** What the server answers. */
export type NodeKeysAnswer = z.infer<typeof listed> | z.infer<typeof issued> | z.infer<typeof revoked>;

const PATH = '/v1/node-keys';

/** Lists, issues or revokes. */
export const askNodeKeys = async (api: ApiClient, wanted: WantedOfNodeKeys): Promise<NodeKeysAnswer> => {
  switch (wanted.action) {
    case 'ls':
      return listed.parse(await api.get(PATH));
    case 'issue':
      return issued.parse(await api.post(PATH, { nodeId: wanted.nodeId, comment: wanted.comment }));
    case 'revoke':
      return revoked.parse(
        await api.post(`${PATH}/${encodeURIComponent(wanted.keyId)}/revoke`, { comment: wanted.comment }),
      );
  }
};

/** The answer for people. The key itself is alone on its line, so that it can be piped into a file. */
export const formatNodeKeys = (answer: NodeKeysAnswer): readonly string[] => {
  if ('key' in answer) return [answer.key];
  if ('revoked' in answer) return [`${answer.keyId} is revoked; records that it tagged until now are counted`];
  if (answer.nodeKeys.length === 0) return ['no node has a key: the gateway vouches for what it takes'];
  const rows = answer.nodeKeys.map(({ keyId, nodeId, issuedAt, revokedAt }) => [
    nodeId,
    keyId,
    formatTime(issuedAt),
    formatTime(revokedAt),
  ]);
  return formatTable(['node', 'key', 'issued', 'revoked'], rows);
};
