/** A node is down, by two signals that agree: pages. Evidence for a rollback of its release; see docs/decisions. */
export const NODE_OUTAGE = { name: 'node_outage', severity: 'critical' } as const;
/** Nobody knows whether a node is up: pages after 10 s. */
export const NODE_SILENT = { name: 'node_silent', severity: 'critical' } as const;
