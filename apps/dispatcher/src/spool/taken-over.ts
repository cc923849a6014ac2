import type { SpooledState } from './spool-index.js';

/** What became of a page, for whoever is about to send the same. */
export type TakenOver =
  | { readonly kind: 'unknown' }
  /** From now on it is theirs. */
  | { readonly kind: 'not delivered'; readonly isUnknown: boolean }
  | {
      readonly kind: 'delivered';
      readonly by: 'this dispatcher' | 'another dispatcher';
      readonly status: number | null;
      readonly detail: string;
      readonly receiverId: string | undefined;
      readonly isUnknown: boolean;
    };

/** How often it may have arrived without an answer; one that began and was never answered is one of them. */
export const doubtsOf = ({ doubts, isStarted }: SpooledState): number => doubts + (isStarted ? 1 : 0);

/** The same for what a spool knows of a page. */
export const takenOver = (known: SpooledState | undefined): TakenOver => {
  if (known === undefined) return { kind: 'unknown' };
  const { result, because, isDelivered } = known;
  const isUnknown = doubtsOf(known) > 0;
  if (!isDelivered) return { kind: 'not delivered', isUnknown };
  return {
    kind: 'delivered',
    by: because === 'sent elsewhere' ? 'another dispatcher' : 'this dispatcher',
    status: result?.status ?? null,
    detail: result?.detail ?? '',
    receiverId: result?.receiverId,
    isUnknown,
  };
};
