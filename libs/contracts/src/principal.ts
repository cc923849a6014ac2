/**
 * Who asks. `node` sends the telemetry of one node and fetches its commands; `ingest` does so for every node of a fleet (a
 * collector); `prober` tells what it saw of nodes and resolvers from outside, and nothing else; `deploy` reports releases and answers
 * commands for every node; `alerts` passes on what other monitoring says, and nothing else. The rest are people, each including the one before, but for
 * `engineering_vp` and `customer_success_vp`: they may look, and approve, and hold no rank.
 */
export const PRINCIPAL_ROLES = [
  'node',
  'ingest',
  'prober',
  'deploy',
  'alerts',
  'viewer',
  'operator',
  'incident_commander',
  'admin',
  'engineering_vp',
  'customer_success_vp',
] as const;

/** A role a key can have. */
export type PrincipalRole = (typeof PRINCIPAL_ROLES)[number];

/** An authenticated caller. */
export interface Principal {
  readonly keyId: string;
  readonly name: string;
  readonly role: PrincipalRole;
  /** The only node a `node` key speaks for. */
  readonly nodeId: string | undefined;
  /** Through which door, where no key was shown: the actor is then `slack:alice`. */
  readonly door?: 'link' | 'slack' | 'pagerduty';
}

/**
 * What a route asks for; `public` is for health, and for what proves itself by a signature in the request. `alert` is to pass on alerts
 * and tickets of other systems; `roll_out` is to bring a release, `ask_gate` to ask whether it may go on, `approve`
 * to vote on what a rail refused, under the role of one's own key, `lift` to let a release out of quarantine.
 */
export type Permission =
  | 'public'
  | 'telemetry'
  | 'probe'
  | 'signal'
  | 'alert'
  | 'commands'
  | 'roll_out'
  | 'ask_gate'
  | 'view'
  | 'operate'
  | 'approve'
  | 'lift'
  | 'administer';

const GRANTS: Record<PrincipalRole, readonly Permission[]> = {
  node: ['telemetry', 'commands'],
  ingest: ['telemetry', 'commands'],
  prober: ['probe'],
  deploy: ['signal', 'alert', 'commands', 'roll_out', 'ask_gate'],
  alerts: ['alert'],
  viewer: ['view', 'ask_gate'],
  operator: ['view', 'ask_gate', 'operate', 'roll_out'],
  incident_commander: ['view', 'ask_gate', 'operate', 'signal', 'alert', 'roll_out', 'approve', 'lift'],
  admin: ['view', 'ask_gate', 'operate', 'signal', 'alert', 'roll_out', 'lift', 'administer'],
  engineering_vp: ['view', 'ask_gate', 'approve'],
  customer_success_vp: ['view', 'ask_gate', 'approve'],
};

/** Whether a role holds a permission. */
export const isPermitted = (role: PrincipalRole, permission: Permission): boolean =>
  permission === 'public' || GRANTS[role].includes(permission);
