import type { Verification } from '#contracts';

/** The head before any event. */
export const NO_HEAD = { position: 0, digest: '0'.repeat(64) };

/** A verification as the server tells it. */
export const verification = (told: Partial<Verification>): Verification => ({
  verificationId: 'av-1',
  status: 'running',
  startedAt: 0,
  endedAt: null,
  events: 0,
  of: 0,
  streams: null,
  head: NO_HEAD,
  keptHeads: 0,
  broken: [],
  isCut: false,
  failure: null,
  ...told,
});
