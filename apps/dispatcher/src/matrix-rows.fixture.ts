import type { Fault } from './channels/fault-script.fake.js';
import type { SmtpFault } from './channels/smtp-server.fixture.js';

/** What goes wrong with one request or mail; `refuse`: nobody listens. */
export type MatrixFault = Fault | SmtpFault | 'refuse';

/**
 * What comes of a page at a receiver: it is accepted, or refused for good, or tried again, also for longer than a page waits for another
 * channel, or its answer is lost, and it was taken or not.
 */
export type MatrixOutcome = 'accepted' | 'refused' | 'again' | 'late' | 'lost untaken' | 'lost taken';

/** What each of its first requests meets, and what comes of a page by that. */
export interface MatrixRow {
  readonly what: string;
  readonly fault?: MatrixFault;
  readonly outcome: MatrixOutcome;
  /** The same through a channel whose status does not say everything. */
  readonly outcomeOf?: Readonly<Record<string, MatrixOutcome>>;
  /** It goes on like that for ten minutes. */
  readonly isDown?: boolean;
  /** It is slow: it answers when the test says so. */
  readonly isSlow?: boolean;
  /** Nothing comes back: the attempt is ended by its time. */
  readonly isHanging?: boolean;
}

/** Receivers of HTTP requests. */
export const HTTP_ROWS: readonly MatrixRow[] = [
  { what: 'answers well', outcome: 'accepted' },
  { what: 'answers 200', fault: { taken: 200 }, outcome: 'accepted' },
  { what: 'answers 202', fault: { taken: 202 }, outcome: 'accepted' },
  { what: 'answers slowly', isSlow: true, outcome: 'accepted' },
  { what: 'answers 400', fault: { status: 400 }, outcome: 'refused' },
  { what: 'answers 429', fault: { status: 429 }, outcome: 'again' },
  { what: 'answers 429 with Retry-After', fault: { status: 429, retryAfter: '7' }, outcome: 'again' },
  { what: 'answers 429 with a long Retry-After', fault: { status: 429, retryAfter: '90' }, outcome: 'late' },
  { what: 'answers 500', fault: { status: 500 }, outcome: 'again' },
  { what: 'hangs', fault: 'hang', isHanging: true, outcome: 'lost untaken' },
  { what: 'resets', fault: 'reset', outcome: 'lost untaken' },
  { what: 'takes it and resets', fault: 'lost', outcome: 'lost taken' },
  {
    what: 'takes it and resets behind its status',
    fault: 'cut',
    outcome: 'accepted',
    outcomeOf: { opsgenie: 'lost taken', slack: 'lost taken', 'slack-webhook': 'lost taken' },
  },
  { what: 'is down for ten minutes', fault: { status: 503 }, isDown: true, outcome: 'late' },
];

/** Mail servers. */
export const SMTP_ROWS: readonly MatrixRow[] = [
  { what: 'answers well', outcome: 'accepted' },
  { what: 'answers slowly', isSlow: true, outcome: 'accepted' },
  { what: 'answers 421 to the connection', fault: { at: 'connect', status: 421 }, outcome: 'again' },
  { what: 'answers 451 to the address', fault: { at: 'recipient', status: 451 }, outcome: 'again' },
  { what: 'answers 451 to the text', fault: { at: 'text', status: 451 }, outcome: 'again' },
  { what: 'answers 550 to the address', fault: { at: 'recipient', status: 550 }, outcome: 'refused' },
  { what: 'answers 550 to the text', fault: { at: 'text', status: 550 }, outcome: 'refused' },
  { what: 'hangs before its greeting', fault: { at: 'connect', does: 'hang' }, isHanging: true, outcome: 'again' },
  { what: 'hangs behind the text', fault: { at: 'text', does: 'hang' }, isHanging: true, outcome: 'lost untaken' },
  { what: 'resets before its greeting', fault: { at: 'connect', does: 'reset' }, outcome: 'again' },
  { what: 'resets behind the text', fault: { at: 'text', does: 'reset' }, outcome: 'lost untaken' },
  { what: 'takes it and resets', fault: { at: 'taken', does: 'reset' }, outcome: 'lost taken' },
  { what: 'refuses a connection', fault: 'refuse', outcome: 'again' },
  { what: 'refuses connections for ten minutes', fault: 'refuse', isDown: true, outcome: 'late' },
  { what: 'resets for ten minutes', fault: { at: 'connect', does: 'reset' }, isDown: true, outcome: 'late' },
  { what: 'answers 451 for ten minutes', fault: { at: 'recipient', status: 451 }, isDown: true, outcome: 'late' },
];
