import { isRefusal, type Principal, type Refusal, streamOf } from '#contracts';
import { decideRedirectEnd, evolveRedirect, isRedirectEvent, type Redirect } from '#domain';
import type { RedirectRepository, RedirectRow } from '#store';
import { saying } from './act-metadata.js';
import { act, type ActParts } from './act.js';

/** Ends a redirect whose nodes will not come back. */
export const endRedirect = async (
  parts: ActParts & { readonly repository: RedirectRepository },
  redirectId: string,
  comment: string,
  caller: Principal,
): Promise<RedirectRow | Refusal> => {
  const refusal = await act<Redirect | undefined>(parts, {
    stream: streamOf.redirect(redirectId),
    cause: `end redirect ${redirectId}`,
    caller: saying(caller, comment),
    nothing: undefined,
    evolve: (known, event) => (isRedirectEvent(event) ? evolveRedirect(known, event) : known),
    decide: (known, acting) => decideRedirectEnd(known, comment, acting),
  });
  if (isRefusal(refusal)) return refusal;
  const row = await parts.repository.find(redirectId);
  if (row === undefined) throw new Error(`redirect ${redirectId} has a stream and no row`);
  return row;
};
