import type { RuleSet } from '#contracts';
import { describeUnmatched, unmatchedPatterns } from '#domain';
import type { CatalogueFollower } from '#runtime';
import type { FileReload, RuleSetRepository, RuleSetVersion } from '#store';

/** The set in force, what it misses, and what became of the last wish for another. */
export interface RulesInForce extends RuleSet, RuleSetVersion {
  /** Selectors that fit nothing of the catalogue as it is now. */
  readonly warnings: readonly string[];
  readonly lastReload: LastReload;
}

/** What became of the last wish for another set. */
interface LastReload {
  readonly askedAt: number | null;
  readonly askedBy: string | null;
  /** Files that were refused since the set was loaded. */
  readonly refused: { readonly at: number; readonly source: string; readonly problems: readonly string[] } | null;
}

const refusedOf = (reload: FileReload | undefined): LastReload['refused'] => {
  const { refusedAt = null, refusedSource, refusedProblems } = reload ?? {};
  return refusedAt === null ? null : { at: refusedAt, source: refusedSource ?? '', problems: refusedProblems ?? [] };
};

/** What can be asked about rules. */
export const ruleQueries = (ruleSets: RuleSetRepository, catalogue: Pick<CatalogueFollower, 'current'>) => ({
  /** undefined: no rules process ever ran. */
  rules: async (): Promise<RulesInForce | undefined> => {
    const [latest, reload] = [await ruleSets.latest(), await ruleSets.reload()];
    if (latest === undefined) return undefined;
    const { ruleSet, ...version } = latest;
    const lastReload = {
      askedAt: reload?.askedAt ?? null,
      askedBy: reload?.askedBy ?? null,
      refused: refusedOf(reload),
    };
    const warnings = unmatchedPatterns(ruleSet, catalogue.current()).map(
      (each) => `${each.of.section} ${each.of.name}: ${describeUnmatched(each)}`,
    );
    return { ...version, ...ruleSet, warnings, lastReload };
  },
  ruleHistory: ruleSets.history.page,
});
