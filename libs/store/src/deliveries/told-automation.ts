import { releaseName } from '#contracts';
import type { FallbackRow } from '../fallback.repository.js';
import type { RedirectRow } from '../redirect.repository.js';
import type { RollbackRow } from '../rollback.repository.js';

/** What acts for an incident, or was refused to. */
export interface ActingRows {
  readonly rollbacks?: readonly RollbackRow[];
  readonly redirects?: readonly RedirectRow[];
  readonly fallbacks?: readonly FallbackRow[];
}

const rollbackState = ({
  rollbackId,
  status,
  from,
  to,
  waves,
  because,
  refusals,
}: RollbackRow): Record<string, unknown> => {
  const refusal = refusals.at(-1);
  return {
    rollbackId,
    status,
    ...(from === null ? {} : { from: releaseName(from) }),
    ...(to === null ? {} : { to: releaseName(to) }),
    waves: waves.length,
    wavesCommanded: waves.filter((wave) => wave.status !== 'planned').length,
    wavesVerified: waves.filter((wave) => wave.status === 'verified').length,
    because,
    ...(refusal === undefined ? {} : { refusal: { rail: refusal.rail, because: refusal.because } }),
  };
};

const redirectState = ({ redirectId, status, scope, key, nodes, because }: RedirectRow): Record<string, unknown> => ({
  redirectId,
  status,
  ...(scope === null || key === null ? {} : { scope, key }),
  nodes: nodes.length,
  because,
});

/** Of hundreds of customers a page tells how many are moved, not which. */
const fallbackState = (fallbacks: readonly FallbackRow[]): Record<string, unknown> => {
  const countOf = (status: FallbackRow['status']): number => fallbacks.filter((each) => each.status === status).length;
  return {
    decided: countOf('decided'),
    running: countOf('running'),
    stopped: countOf('stopped'),
    ended: countOf('ended'),
    dryRuns: fallbacks.filter(({ isDryRun }) => isDryRun).length,
  };
};

/** What a page tells of what Tocsin does about its incident; nothing is said of what there is not, but of rollbacks always. */
export const toldAutomation = ({
  rollbacks = [],
  redirects = [],
  fallbacks = [],
}: ActingRows): Record<string, unknown> => ({
  rollbacks: rollbacks.map(rollbackState),
  ...(redirects.length === 0 ? {} : { redirects: redirects.map(redirectState) }),
  ...(fallbacks.length === 0 ? {} : { fallbacks: fallbackState(fallbacks) }),
});
