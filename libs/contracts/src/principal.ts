import type { RequestTerms } from './request-terms.js';

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

/**
 * What a route asks for; `public` is for health, and for what proves itself by a signature in the request. `alert` is to pass on alerts
 * and tickets of other systems; `roll_out` is to bring a release, `ask_gate` to ask whether it may go on,
 * `approve_stage` to say yes to what waits for a second person: the next stage, a proposed rollback, a pre-flight with holes; `approve` to
 * vote on what a rail refused, under a role of one's own; `lift` to let a release out of quarantine.
 */
export const PERMISSIONS = [
  'telemetry',
  'probe',
  'signal',
  'alert',
  'commands',
  'roll_out',
  'ask_gate',
  'view',
  'operate',
  'approve_stage',
  'approve',
  'lift',
  'administer',
] as const;

/** What a caller may hold. */
export type Grant = (typeof PERMISSIONS)[number];

/** What a way in asks of whoever comes. */
export type Permission = 'public' | Grant;

/** A subject at its longest: an issuer of 255 characters, a `sub` of 255 (OpenID Connect Core 1.0 §2), and what is around them. */
export const SUBJECT_CHARS_MAX = 520;

/** What the request said of itself, beside what it asks. */
export interface RequestFacts {
  /** Of this request alone; the log and every answer that is a problem name it. */
  readonly id: string;
  /** In which form it came. That it is the CLI the client says itself. */
  readonly via: 'rest' | 'graphql' | 'cli';
  /** The mutation, where it is one of several that a request may ask for. */
  readonly mutation?: string;
}

/** An authenticated caller. */
export interface Principal {
  /** Of the API key that was shown; of a token `oidc-` and 16 hex of its subject's SHA-256; else the door: `slack`, `link`, `pagerduty`. */
  readonly keyId: string;
  /**
   * Who it is, for good, whatever the name that is shown: `key:<key id>`, `oidc:<issuer>|<sub>`, `slack:<user id>`, `pagerduty:<user id>`,
   * `link:<person>`.
   */
  readonly subject: string;
  /** What is shown to people, and may change. */
  readonly name: string;
  /** The one that is shown: the only role of a key, the first of a token's. */
  readonly role: PrincipalRole;
  /** All of them: a token may hold several. */
  readonly roles: readonly PrincipalRole[];
  /** What its roles grant, or the part of it that its key was cut to. */
  readonly permissions: readonly Permission[];
  /** The only node a `node` key speaks for. */
  readonly nodeId: string | undefined;
  /** Through which door, where no key was shown: the actor is then `slack:alice`. */
  readonly door?: 'link' | 'slack' | 'pagerduty';
  /** When the key or the token is over, ms since the epoch; absent: not by itself. Who stays connected is asked again then. */
  readonly expiresAtMs?: number;
  /** The request that it asks by; absent where the caller is known before any, as on a socket. */
  readonly request?: RequestFacts;
  /** Why, in their own words, of the act at hand. */
  readonly reason?: string;
  /** On which terms it acts; none where the request said none. */
  readonly terms?: RequestTerms;
}

const GRANTS: Record<PrincipalRole, readonly Permission[]> = {
  node: ['telemetry', 'commands'],
  ingest: ['telemetry', 'commands'],
  prober: ['probe'],
  deploy: ['signal', 'alert', 'commands', 'roll_out', 'ask_gate'],
  alerts: ['alert'],
  viewer: ['view', 'ask_gate'],
  operator: ['view', 'ask_gate', 'operate', 'roll_out'],
  incident_commander: [
    'view',
    'ask_gate',
    'operate',
    'signal',
    'alert',
    'roll_out',
    'approve_stage',
    'approve',
    'lift',
  ],
  admin: ['view', 'ask_gate', 'operate', 'signal', 'alert', 'roll_out', 'approve_stage', 'lift', 'administer'],
  engineering_vp: ['view', 'ask_gate', 'approve'],
  customer_success_vp: ['view', 'ask_gate', 'approve'],
};

/** What some roles grant together. */
export const grantsOf = (...roles: readonly PrincipalRole[]): readonly Permission[] => [
  ...new Set(roles.flatMap((role) => GRANTS[role])),
];

/** What a caller holds by one role, all of it. */
export const holding = (role: PrincipalRole): Pick<Principal, 'role' | 'roles' | 'permissions'> => ({
  role,
  roles: [role],
  permissions: GRANTS[role],
});

/** Whether a caller holds a permission. */
export const isPermitted = ({ permissions }: Pick<Principal, 'permissions'>, permission: Permission): boolean =>
  permission === 'public' || permissions.includes(permission);
