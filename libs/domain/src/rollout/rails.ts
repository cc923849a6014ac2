import { EVIDENCE_RAILS } from './evidence-rails.js';
import type { Rail, RailFacts, RailResult } from './rail.js';
import { SAFETY_RAILS } from './safety-rails.js';

/** The rails of a rollback, in the order in which they are stored. */
export const RAILS: readonly Rail[] = [...EVIDENCE_RAILS, ...SAFETY_RAILS];

/** A text of a rail is cut here, as the contract says. */
const DETAIL_MAX = 500;

/** Every rail's answer. */
export const judgeRails = (facts: RailFacts, rails: readonly Rail[] = RAILS): readonly RailResult[] =>
  rails.map(({ rail, class: binds, judge }) => {
    const { holds, detail } = judge(facts);
    return { rail, class: binds, holds, detail: detail.slice(0, DETAIL_MAX) };
  });

/**
 * Who asks: nobody (a trigger held), or a person. An override that three people granted opens the rails of class S that it names, for a
 * person who asks with it.
 */
export type Authority =
  | { readonly is: 'nobody' }
  | { readonly is: 'person'; readonly overrides?: ReadonlySet<string> | undefined };

/** The rails that refuse to whoever asks; what does not bind them stays a warning in the record. */
export const refusalsTo = (authority: Authority, rails: readonly RailResult[]): readonly RailResult[] =>
  rails.filter((result) => {
    if (result.holds) return false;
    if (authority.is === 'nobody' || result.class === 'X') return true;
    return result.class === 'S' && authority.overrides?.has(result.rail) !== true;
  });
