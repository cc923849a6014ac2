import type { Audit, EventMetadata, Principal } from '#contracts';
import { actorOf } from '#runtime';

/** What an act is recorded with: never without the one who acts. */
export type ActMetadata = EventMetadata & Required<Pick<EventMetadata, 'audit'>>;

/** A caller who says why; without a comment as before. */
export const saying = (caller: Principal, comment: string | undefined): Principal => {
  const reason = comment?.trim() ?? '';
  return reason === '' ? caller : { ...caller, reason };
};

const auditOf = ({ subject, keyId, reason, door, request }: Principal): Audit => ({
  ...(reason === undefined ? {} : { reason }),
  subject,
  keyId,
  ...(request === undefined ? {} : { requestId: request.id }),
  via: door ?? request?.via ?? 'rest',
});

/**
 * What an act is recorded with: who, what for, and by which request. `cause`: what is done, `halt rollout ro1`. The terms of the request are
 * not recorded, and hold for the first append of an act alone: what follows from it takes them out.
 */
export const metadataOf = (caller: Principal, cause: string): ActMetadata => ({
  actor: actorOf(caller),
  cause,
  audit: auditOf(caller),
  ...(caller.terms === undefined ? {} : { terms: caller.terms }),
});
