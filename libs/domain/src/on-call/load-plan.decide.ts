import { event, type EventOf, type OnCallPlan } from '#contracts';

/** A plan that is to be loaded. */
export interface OfferedPlan {
  readonly plan: OnCallPlan;
  /** SHA-256, hex, of the canonical JSON of the plan: the same plan has the same. */
  readonly sha256: string;
  readonly source: string;
  readonly isFile: boolean;
}

/** Loads a plan unless it is in force, held in the same way. */
export const decideOnCallLoad = (
  { plan, sha256, source, isFile }: OfferedPlan,
  inForce: (Pick<OfferedPlan, 'sha256' | 'isFile'> & { readonly version: number }) | undefined,
  at: number,
): readonly EventOf<'OnCallLoaded'>[] => {
  if (inForce?.sha256 === sha256 && inForce.isFile === isFile) return [];
  const version = (inForce?.version ?? 0) + 1;
  return [event('OnCallLoaded', { version, sha256, source, ...(isFile && { isFile }), plan, at })];
};
