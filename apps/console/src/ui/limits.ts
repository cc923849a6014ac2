/** Characters that the server takes of the reason of an act; more is refused. */
export const COMMENT_MAX = 500;
/** Of what is said when an incident is taken or given to another. */
export const NOTE_MAX = 1_000;
/** Of a note on an incident. */
export const INCIDENT_NOTE_MAX = 4_000;
/** Of a text for the public, and of its workaround. */
export const PUBLIC_TEXT_MAX = 2_000;
/** Of the reason of a silence. */
export const SILENCE_COMMENT_MAX = 1_000;
/** What names of people, channels and services are made of, as a pattern of HTML. */
export const NAME_PATTERN = '[A-Za-z0-9][A-Za-z0-9._:\\-]{0,63}';
/** Minutes for which an incident can be put off: a shift of twelve hours. */
export const SNOOZE_MINUTES_MAX = 1_440;
/** What must be so before three people are asked to open a rail: more than each of these. */
export const OVERRIDE_MIN = { dollarsPerHour: 10_000_000, affectedCustomers: 1_000, minutes: 120 };
