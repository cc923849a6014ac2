import { type DoorAsked, doorOf, part, readGiven, required } from './door-arguments.js';
import { timeOf } from './given-times.js';
import { readList } from './list-arguments.js';
import type { CommandUsage } from './usage.js';
import { UsageError } from './usage-error.js';

/** How keys of the API are written. */
export const KEY_USAGE: readonly CommandUsage[] = [
  { name: 'key ls', takes: '', isList: true, says: 'the keys of the API, and what they may do', example: 'key ls' },
  {
    name: 'key create',
    takes: '<name> --role ROLE [--node NODE] [--scopes A,B] [--expires TIME] --comment WHY',
    says: 'a key, shown once; --node with role node alone; --scopes: less than its role may do',
    example: 'key create grafana --role viewer --expires 2027-01-01T00:00Z --comment dashboards',
  },
  {
    name: 'key revoke',
    takes: '<key id> --comment WHY',
    says: 'ends a key, for good',
    example: 'key revoke viewer-1a2b3c4d --comment leaver --yes',
  },
];

const create = (args: readonly string[]): DoorAsked => {
  const what = 'key create';
  const takes = ['role', 'node', 'scopes', 'expires', 'comment'] as const;
  const given = readGiven(what, args, ['a name, of a person or a program'], takes);
  const { role, node, scopes, expires, comment } = given.values;
  const body = {
    name: given.named[0],
    role: required(what, 'role', role),
    ...(node === undefined ? {} : { nodeId: node }),
    ...(scopes === undefined ? {} : { scopes: scopes.split(',') }),
    ...(expires === undefined ? {} : { expiresAt: timeOf('expires', expires) }),
    comment: required(what, 'comment', comment),
  };
  return doorOf(given, { method: 'post', path: '/v1/keys', body, shows: 'key' });
};

const revoke = (args: readonly string[]): DoorAsked => {
  const given = readGiven('key revoke', args, ['the id of a key'], ['comment', 'yes']);
  const [keyId = ''] = given.named;
  const body = { comment: required('key revoke', 'comment', given.values.comment) };
  return doorOf(given, {
    method: 'post',
    path: `/v1/keys/${part(keyId)}/revoke`,
    body,
    shows: 'revoked-key',
    confirm: keyId,
  });
};

/** Reads what follows `key`. */
export const readKeyArguments = ([action = '', ...rest]: readonly string[]): DoorAsked => {
  if (action === 'create') return create(rest);
  if (action === 'revoke') return revoke(rest);
  if (action !== 'ls') throw new UsageError(`key ${action}: expected key ls, create <name> or revoke <key id>`);
  return readList(rest, { what: 'key ls', path: '/v1/keys', rows: 'keys', shows: 'keys' });
};
