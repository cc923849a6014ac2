/** What the name of a resolver that is probed begins with, where a node's name stands otherwise. */
export const RESOLVER_PREFIX = 'resolver:';

/** Whether a name is that of a resolver: it need not be in the inventory, since nothing is expected of it. */
export const isResolver = (nodeId: string): boolean =>
  nodeId.startsWith(RESOLVER_PREFIX) && nodeId.length > RESOLVER_PREFIX.length;
