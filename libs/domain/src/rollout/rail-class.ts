/**
 * How a rail binds: E, evidence, binds automatic rollbacks and warns a person; S, safety, binds everybody unless three people open it;
 * X cannot be overridden by anyone.
 */
export type RailClass = 'E' | 'S' | 'X';

const EVIDENCE: ReadonlySet<string> = new Set([
  'minimum_evidence',
  'control_group',
  'cause_link',
  'control_coverage',
  'coverage',
  'data_readable',
  'mode',
]);
const ABSOLUTE: ReadonlySet<string> = new Set(['audience', 'fencing', 'kill_switch', 'idempotency']);

/** The class of a rail by its name; one that is not known here binds, and can be opened by three people. */
export const classOfRail = (rail: string): RailClass => {
  if (EVIDENCE.has(rail)) return 'E';
  return ABSOLUTE.has(rail) ? 'X' : 'S';
};
