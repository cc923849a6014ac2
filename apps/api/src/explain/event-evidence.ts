import type { Event, Reason } from '#contracts';

/** The numbers that an event rests on, as it names them: what it compared, and what held beside that; empty: it names none. */
export const evidenceOf = ({ data }: Event): readonly Reason[] => {
  const compared = 'reason' in data && typeof data.reason === 'object' ? [data.reason] : [];
  const trigger = 'trigger' in data && typeof data.trigger === 'object' ? [data.trigger] : [];
  const beside = 'evidence' in data ? data.evidence : [];
  return [...compared, ...trigger, ...beside];
};
