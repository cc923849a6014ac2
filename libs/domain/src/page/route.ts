import type { Policy } from '#contracts';
import type { Escalation } from '../escalation/escalation.js';
import type { Addressee, CalledContact } from './called-contact.js';
import type { PageAction } from './page-event.js';
import type { PagedIncident } from './paged-incident.js';
import type { Reach } from './reach.js';

/** Where a page goes, under which key, and what it says beside the page; `to` absent: every channel of pages. */
export interface Route {
  readonly action: PageAction;
  readonly dedupKey: string;
  readonly to?: readonly Addressee[] | undefined;
  readonly says?: Readonly<Record<string, unknown>>;
}

/** Who is called for an incident, where a plan says so. */
export interface IncidentCalls {
  readonly reach: Reach;
  /** After the event that is told of, where that is one of it; undefined: no policy is for such an incident, or it is muted. */
  readonly escalation: Escalation | undefined;
  /** What an escalation would go by, where there is none. */
  readonly policy: Policy | undefined;
  /** Whom the incident called so far, in order. */
  readonly called: readonly CalledContact[];
  /** Channels that paged it while the database was away, asked for at its end alone: the plan need not know them. */
  readonly spooled?: readonly string[];
}

/** What routes are made from while a plan says who is called. */
export interface Routing {
  readonly calls: IncidentCalls;
  readonly incident: PagedIncident;
  /** The version of the event in its stream. */
  readonly version: number;
}
