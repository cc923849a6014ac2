import { connectionType } from '../schema/connection.js';
import { flag, many, maybe, moment, objectType, one, rawId, text } from '../schema/define.js';
import { nodeType } from '../schema/node.type.js';
import * as words from './words.js';

/** An API key, without its secret. */
export const KeyType = nodeType(
  'Key',
  {
    about: 'An API key, without its secret.',
    needs: 'administer',
    rawId: ({ keyId }: { readonly keyId: string }) => keyId,
  },
  {
    keyId: rawId('Its id.'),
    name: text('Whose it is.'),
    role: one(() => words.Role, 'What it may do.'),
    nodeId: maybe(rawId('The only node that a key of role node speaks for.')),
    revoked: flag('Whether it is refused.'),
    scopes: maybe(many(one(() => words.Permission, 'Part of what its role may do; null: all of it.'))),
    expiresAt: maybe(moment('When it is over; null: not by itself.')),
    createdBy: maybe(text('The actor who made it; null: made before that was recorded.')),
  },
);

/** A key that a node tags its batches with, without its secret. */
export const NodeKeyType = nodeType(
  'NodeKey',
  {
    about: 'A key that a node tags its batches with, without its secret.',
    needs: 'administer',
    rawId: ({ keyId }: { readonly keyId: string }) => keyId,
  },
  {
    keyId: rawId('Its id.'),
    nodeId: rawId('Of which node.'),
    issuedAt: moment('When.'),
    revokedAt: maybe(moment('From when on its records are refused; null while it is valid.')),
  },
);

/** A key that was just made: its secret is shown here and never again. */
export const NewKeyType = objectType(
  'NewKey',
  { about: 'A key that was just made: its secret is shown here and never again.', needs: 'administer' },
  {
    keyId: rawId('Its id.'),
    key: text('What is sent as a bearer.'),
    routingKey: maybe(text('Of role alerts: as clients of PagerDuty write it.')),
  },
);

/** A key of a node that was just issued: its secret is shown here and never again. */
export const NewNodeKeyType = objectType(
  'NewNodeKey',
  { about: 'A key of a node that was just issued: its secret is shown here and never again.', needs: 'administer' },
  { keyId: rawId('Its id.'), nodeId: rawId('Of which node.'), key: text('What the agent is given.') },
);

/** A page of them. */
export const KeyConnection = connectionType('Key', () => KeyType, 'administer');
/** A page of them. */
export const NodeKeyConnection = connectionType('NodeKey', () => NodeKeyType, 'administer');

/** Who asks, by the key or token that was sent. */
export const CallerType = objectType(
  'Caller',
  { about: 'Who asks, by the key or token that was sent.' },
  {
    keyId: rawId('Of the key; of a token `oidc-` and 16 hexadecimal digits of its subject.'),
    actor: text('The actor of the events that this caller causes, as `operator:alice`.'),
    name: text('What is shown to people.'),
    roles: many(one(() => words.Role, 'What the key or token is; a token may hold several.')),
    permissions: many(
      one(() => words.Permission, 'What it may do: what its roles grant, or the part that its key was cut to.'),
    ),
    expiresAt: maybe(moment('When it is over; null: not by itself.', { from: 'expiresAtMs' })),
  },
);
