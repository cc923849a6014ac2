/**
 * The one catalogue of refusals: code → HTTP status and what it means. Bodies are RFC 9457 documents; a dead letter carries the
 * same code in its `reason` header.
 */
export const PROBLEMS = {
  KEY_MISSING: { status: 401, title: 'No API key was sent' },
  KEY_UNKNOWN: { status: 401, title: 'The API key is not known or was revoked' },
  TOKEN_INVALID: { status: 401, title: 'The bearer token is not one that is taken here' },
  TOKEN_EXPIRED: { status: 401, title: 'The bearer token is over, or too old' },
  KEY_EXPIRED: { status: 401, title: 'The API key is over' },
  PERMISSION_DENIED: { status: 403, title: 'The API key may not do this' },
  TAG_MISSING: { status: 401, title: 'The record carries no authentication tag' },
  TAG_INVALID: { status: 401, title: 'The authentication tag does not match' },
  NODE_KEY_UNKNOWN: { status: 401, title: 'The key of the authentication tag is not known' },
  NODE_KEY_REVOKED: { status: 401, title: 'The key of the authentication tag was revoked' },
  NODE_KEYS_TOO_MANY: { status: 409, title: 'The node has as many valid keys as it may have' },
  NODE_FOREIGN: { status: 403, title: 'The key belongs to another node' },
  NODE_UNKNOWN: { status: 422, title: 'The node is not in the inventory' },
  CUSTOMER_UNKNOWN: { status: 422, title: 'The customer is not in the catalogue' },
  NOT_FOUND: { status: 404, title: 'There is no such thing here' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The method is not allowed here' },
  CONTENT_TYPE_UNKNOWN: { status: 415, title: 'No decoder reads this content type' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The headers are larger than the limit' },
  REQUEST_TOO_SLOW: { status: 408, title: 'The request took longer to arrive than it may' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is larger than the limit' },
  BODY_UNPARSABLE: { status: 400, title: 'The body cannot be parsed' },
  BODY_INVALID: { status: 422, title: 'The body does not fit its schema' },
  COLUMN_LENGTH: { status: 422, title: 'Columns disagree in length' },
  COLUMN_VALUE: { status: 422, title: 'A column holds a value outside its range' },
  CHECKSUM: { status: 422, title: 'The columns do not match their checksum' },
  TIME_IN_FUTURE: { status: 422, title: 'The event time lies too far in the future' },
  QUERY_INVALID: { status: 400, title: 'A query parameter is not valid' },
  DOCUMENT_INVALID: { status: 422, title: 'The GraphQL document does not fit the schema' },
  CURSOR_INVALID: { status: 400, title: 'The cursor is not one of this list' },
  QUERY_TOO_COSTLY: { status: 422, title: 'The query asks for more than one request may' },
  QUERY_TOO_SLOW: { status: 503, title: 'The answer took longer than a query may' },
  RATE_LIMITED: { status: 429, title: 'More requests than the caller may send' },
  PRECONDITION_FAILED: { status: 412, title: 'The thing is not in the state that was named' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The idempotency key was used for another request' },
  IDEMPOTENCY_KEY_ANSWERED: { status: 409, title: 'The request was done; its answer cannot be shown again' },
  CONFLICT: { status: 409, title: 'The thing changed meanwhile' },
  ALERT_NOT_OPEN: { status: 409, title: 'The alert is not open' },
  ALERT_NOT_EXTERNAL: { status: 409, title: 'The alert is none of another system' },
  INCIDENT_NOT_OPEN: { status: 409, title: 'The incident is not open' },
  LINK_INVALID: { status: 403, title: 'The link is not valid' },
  LINK_EXPIRED: { status: 410, title: 'The link is over' },
  LINK_USED: { status: 409, title: 'The link was used for this already' },
  SIGNATURE_INVALID: { status: 401, title: 'The signature of the request does not match' },
  RUNBOOK_RESULTS_TOO_MANY: { status: 409, title: 'The incident has as many results as it may have' },
  STATUS_UPDATE_NOT_DRAFT: { status: 409, title: 'The status update is no draft, or not any more' },
  ESCALATION_NONE: { status: 409, title: 'Nobody is called for the incident' },
  SILENCE_TOO_WIDE: { status: 409, title: 'The silence would mute more than is meant' },
  NOTES_TOO_MANY: { status: 409, title: 'The incident has as many notes as it may have' },
  ROLLBACK_EXISTS: { status: 409, title: 'The rollback of this rollout and release was decided already' },
  ROLLBACK_NOT_PROPOSED: { status: 409, title: 'The rollback was not proposed, or is not any more' },
  ROLLBACK_NOT_REFUSED: { status: 409, title: 'No rail refuses the rollback' },
  RAIL_NOT_OPENABLE: { status: 422, title: 'The rail cannot be opened by an override' },
  CHECKLIST_UNMET: { status: 422, title: 'The checklist of an override does not hold' },
  OVERRIDE_OPEN: { status: 409, title: 'An override of the rollback waits for its votes' },
  OVERRIDE_ENDED: { status: 409, title: 'The override takes no more votes' },
  VOTE_TWICE: { status: 409, title: 'The role or the person has voted' },
  SILENCES_TOO_MANY: { status: 409, title: 'As many silences stand as there may be' },
  RELEASE_QUARANTINED: { status: 409, title: 'The release is in quarantine' },
  RELEASE_NOT_QUARANTINED: { status: 409, title: 'The release is not in quarantine' },
  PLAN_INVALID: { status: 422, title: 'The plan is not one that may be followed' },
  RULES_INVALID: { status: 422, title: 'The rules are not ones that can be loaded' },
  ROLLOUT_UNDER_WAY: { status: 409, title: 'Another rollout brings the release already' },
  ROLLOUTS_TOO_MANY: { status: 409, title: 'As many rollouts are open as there may be' },
  ROLLOUT_OTHER: { status: 409, title: 'Another rollout was declared under this id' },
  ROLLOUT_STATE: { status: 409, title: 'The rollout is not in a state for this' },
  REDIRECT_NOT_STOPPED: { status: 409, title: 'The redirect did not stop' },
  SERVICES_TOO_MANY: { status: 409, title: 'As many services have a word of their own as may' },
  DELIVERY_NOT_GIVEN_UP: { status: 409, title: 'The delivery was not given up, or its time is over' },
  CHANNEL_NOT_DISABLED: { status: 409, title: 'The channel is not disabled' },
  CHANNEL_NOT_TESTABLE: { status: 409, title: 'Nothing may be sent through the channel to try it' },
  ON_CALL_UNSET: { status: 409, title: 'No plan of who is called is loaded' },
  ON_CALL_IN_FILE: { status: 409, title: 'The plan of who is called stands in a file' },
  SCHEDULE_OVERRIDES_TOO_MANY: { status: 409, title: 'As many overrides of schedules stand as there may be' },
  VERIFICATION_UNDER_WAY: { status: 409, title: 'A verification of the events is under way' },
  BACKTESTS_TOO_MANY: { status: 409, title: 'As many backtests wait as may' },
  DRILL_UNDER_WAY: { status: 409, title: 'A fire drill is under way' },
  LOG_UNAVAILABLE: { status: 503, title: 'The event log does not take records now' },
  DATABASE_UNAVAILABLE: { status: 503, title: 'The database does not answer now' },
  SUBSCRIBERS_TOO_MANY: { status: 503, title: 'Too many follow the events at this moment' },
  WAITERS_TOO_MANY: { status: 503, title: 'Too many wait for events at this moment' },
  INTERNAL: { status: 500, title: 'An error that is ours' },
} as const satisfies Record<string, { status: number; title: string }>;

/** A code of the catalogue. */
export type ProblemCode = keyof typeof PROBLEMS;

/** A refusal: a value, not an exception. `at` points into the input (JSON pointer, `line 3`, `column zone_ix`). */
export interface Refusal {
  readonly refused: ProblemCode;
  readonly detail: string;
  readonly at?: string;
  /** All that is wrong, where that is more than one thing; `detail` and `at` are those of the first. */
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  /** Of a batch, of which all is done or nothing: each item, by its place. */
  readonly results?: readonly ItemResult[];
}

/** What became of one item of a batch that was refused: it is why, or it would have fitted. */
export interface ItemResult {
  readonly index: number;
  readonly result: 'refused' | 'fits';
  /** The first thing that is wrong with it. */
  readonly detail?: string;
}

/** Makes a refusal. */
export const refuse = (refused: ProblemCode, detail: string, at?: string): Refusal =>
  at === undefined ? { refused, detail } : { refused, detail, at };

/** Tells a refusal from a result. */
export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refused' in value;

/** RFC 9457, as sent. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly { pointer: string; detail: string }[];
  readonly results?: readonly ItemResult[];
  readonly traceId?: string;
}

const errorsOf = ({ at, detail, errors }: Refusal): Pick<ProblemDocument, 'errors'> => {
  if (errors !== undefined) return { errors };
  return at === undefined ? {} : { errors: [{ pointer: at, detail }] };
};

/** Most faults of one refusal: a longer list is not read. */
export const PROBLEM_ERRORS_MAX = 20;

type Fault = { readonly pointer: string; readonly detail: string };

/** A batch: the name of its list in the body, and how many items that has. */
export interface Batch {
  readonly list: string;
  readonly items: number;
}

const resultsOf = (errors: readonly Fault[], { list, items }: Batch): readonly ItemResult[] => {
  const faults = new Map<number, string>();
  for (const { pointer, detail } of errors) {
    const [, name, index = ''] = pointer.split('/');
    if (name === list && /^\d+$/.test(index) && !faults.has(Number(index))) faults.set(Number(index), detail);
  }
  return Array.from({ length: items }, (_, index) => {
    const detail = faults.get(index);
    return detail === undefined ? { index, result: 'fits' } : { index, result: 'refused', detail };
  });
};

/** Makes a refusal of all that is wrong, of one thing at least; of a batch, with what is wrong with each item. */
export const refuseAll = (refused: ProblemCode, errors: readonly Fault[], batch?: Batch): Refusal => {
  const [first] = errors;
  const refusal = refuse(refused, first?.detail ?? 'invalid', first?.pointer);
  const results = batch === undefined ? {} : { results: resultsOf(errors, batch) };
  return { ...refusal, ...(errors.length < 2 ? {} : { errors: errors.slice(0, PROBLEM_ERRORS_MAX) }), ...results };
};

/** The problem document of a refusal. */
export const problemDocument = (refusal: Refusal, traceId?: string): ProblemDocument => {
  const { status, title } = PROBLEMS[refusal.refused];
  return {
    type: `urn:tocsin:problem:${refusal.refused.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    code: refusal.refused,
    detail: refusal.detail,
    ...errorsOf(refusal),
    ...(refusal.results === undefined ? {} : { results: refusal.results }),
    ...(traceId === undefined ? {} : { traceId }),
  };
};
