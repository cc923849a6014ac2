import { OUTCOME, type OutcomeName, type Vantage } from '#contracts';

/** What a response says that its class depends on. */
export interface Answer {
  /** With the 8 bits of EDNS: BADVERS looks like NOERROR in the header alone. */
  readonly rcode: number;
  /** TC: the client will come again over TCP. */
  readonly tc: boolean;
  /** AA: the server speaks for the zone. */
  readonly aa: boolean;
  /** Records in the answer section. */
  readonly answers: number;
  readonly soaInAuthority: boolean;
  readonly nsInAuthority: boolean;
  /** Whether the zone is assigned to the node that answered. */
  readonly zoneAssigned: boolean;
  /** Something else says that the answer is wrong: the name existed an hour ago, other nodes answer, a probe knows better. */
  readonly contradicted: boolean;
}

/**
 * What became of one query, as it was seen.
 * - `unanswered`: nothing came back for `waitedUs`. At a server that is a hole in the telemetry, never a timeout.
 * - `unreadable`: it was answered, but the answer is not there to be read.
 */
export type Observation =
  | { readonly kind: 'answered'; readonly answer: Answer; readonly latencyUs?: number }
  | { readonly kind: 'unanswered'; readonly vantage: Vantage; readonly waitedUs: number }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'rate_limited' }
  | { readonly kind: 'unreadable' };

/** Who asks gives up after a second: resolvers have asked elsewhere by then. */
export const TIMEOUT_US = 1_000_000;
/** What comes after five seconds helps nobody: it is a timeout whatever it says. */
export const TIMEOUT_HARD_US = 5_000_000;

const RCODE = { noerror: 0, formerr: 1, servfail: 2, nxdomain: 3, notimp: 4, refused: 5, notauth: 9 } as const;
const BADVERS = 16;
const BADCOOKIE = 23;

const classifyNoerror = (answer: Answer): OutcomeName => {
  if (answer.tc) return 'truncated';
  if (answer.contradicted) return 'wrong_answer';
  if (answer.answers > 0) return 'answer';
  if (answer.soaInAuthority) return 'nodata';
  // Neither data nor a reason for having none: nothing in it speaks for the server.
  return !answer.aa && answer.nsInAuthority ? 'referral' : 'unknown';
};

const classifyNxdomain = (answer: Answer): OutcomeName => {
  if (answer.contradicted) return 'wrong_answer';
  return answer.tc ? 'truncated' : 'nxdomain';
};

const classifyAnswer = (answer: Answer): OutcomeName => {
  switch (answer.rcode) {
    case RCODE.noerror:
      return classifyNoerror(answer);
    case RCODE.nxdomain:
      return classifyNxdomain(answer);
    case RCODE.servfail:
      return 'servfail';
    case RCODE.refused:
    case RCODE.notauth:
      return answer.zoneAssigned ? 'lame' : 'refused_foreign';
    case RCODE.formerr:
      return 'formerr';
    case RCODE.notimp:
      return 'notimp';
    case BADVERS:
    case BADCOOKIE:
      return 'badvers';
    default:
      return 'unknown';
  }
};

const nameOf = (seen: Observation): OutcomeName | undefined => {
  switch (seen.kind) {
    case 'answered':
      return (seen.latencyUs ?? 0) > TIMEOUT_HARD_US ? 'timeout' : classifyAnswer(seen.answer);
    case 'unanswered':
      return seen.vantage === 'server' || seen.waitedUs < TIMEOUT_US ? undefined : 'timeout';
    case 'unreachable':
      return 'unreachable';
    case 'rate_limited':
      return 'rate_limited';
    case 'unreadable':
      return 'unknown';
  }
};

/**
 * The outcome code of a query; undefined while there is none: still waiting, or a query without a response at a server, which
 * counts as completeness. An rcode that speaks against the server wins over TC; an NXDOMAIN is whole even when it is truncated.
 */
export const classify = (seen: Observation): number | undefined => {
  const name = nameOf(seen);
  return name === undefined ? undefined : OUTCOME[name];
};
