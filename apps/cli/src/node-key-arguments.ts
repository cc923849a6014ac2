import { type DoorAsked, doorOf, part, readGiven, required } from './door-arguments.js';
import { readList } from './list-arguments.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** How keys of nodes are written. */
export const NODE_KEY_USAGE: readonly CommandUsage[] = [
  {
    name: 'node-key ls',
    takes: '',
    isList: true,
    says: 'the keys that nodes tag their batches with',
    example: 'node-key ls',
  },
  {
    name: 'node-key issue',
    takes: '<node> --comment WHY',
    says: 'a further key for a node, shown once; two are valid at a time',
    example: 'node-key issue iad1-n01 --comment renewal',
  },
  {
    name: 'node-key revoke',
    takes: '<key id> --comment WHY',
    says: 'end a key; what it tagged before stays counted',
    example: 'node-key revoke iad1-n01.2 --comment leaked',
  },
];

const PATH = '/v1/node-keys';

const issue = (args: readonly string[]): DoorAsked => {
  const given = readGiven('node-key issue', args, ['the name of a node'], ['comment']);
  const comment = required('node-key issue', 'comment', given.values.comment);
  const body = { nodeId: given.named[0], comment };
  return doorOf(given, { method: 'post', path: PATH, body, shows: 'key' });
};

const revoke = (args: readonly string[]): DoorAsked => {
  const given = readGiven('node-key revoke', args, ['the id of a key'], ['comment']);
  const body = { comment: required('node-key revoke', 'comment', given.values.comment) };
  const path = `${PATH}/${part(given.named[0] ?? '')}/revoke`;
  return doorOf(given, { method: 'post', path, body, shows: 'revoked-node-key' });
};

/** Reads what follows `node-key`. */
export const readNodeKeyArguments = ([action = '', ...rest]: readonly string[]): DoorAsked => {
  if (action === 'issue') return issue(rest);
  if (action === 'revoke') return revoke(rest);
  if (action !== 'ls')
    throw new UsageError(`node-key ${action}: expected node-key ls, issue <node> or revoke <key id>`);
  return readList(rest, { what: 'node-key ls', path: PATH, rows: 'nodeKeys', shows: 'node-keys' });
};
