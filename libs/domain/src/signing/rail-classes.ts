/**
 * Rails of class E, by the names under which they are stored, earlier versions included: they bind whatever nobody asked for, and are a
 * warning where a person asked. What a record says of the class of its rails is not believed: its author is who is checked.
 */
export const EVIDENCE_RAILS: ReadonlySet<string> = new Set([
  'minimum_evidence',
  'control_group',
  'cause_link',
  'control_coverage',
  'coverage',
  'readable',
  'mode',
]);

/** Rails of class X: nobody opens them, whoever votes. What is in neither set is of class S, and opened by three votes alone. */
export const LAST_RAILS: ReadonlySet<string> = new Set(['audience', 'kill_switch']);
