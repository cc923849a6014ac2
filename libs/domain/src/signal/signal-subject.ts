import { KEY_SEPARATOR, type RuleScope } from '#contracts';

/** What a signal is read for. */
export interface SignalSubject {
  readonly scope: RuleScope;
  readonly key: string;
}

/** The release and the region of a cohort; undefined of what was beyond a bound. */
export const partsOfCohort = (cohort: string): { readonly release: string; readonly region: string } | undefined => {
  const at = cohort.indexOf(KEY_SEPARATOR);
  return at < 0 ? undefined : { release: cohort.slice(0, at), region: cohort.slice(at + 1) };
};

/** Those cohorts (release × region) that a region or a release consists of; a cohort consists of itself. */
export const cohortsOf = (cohorts: Iterable<string>, { scope, key }: SignalSubject): readonly string[] => {
  if (scope === 'release_region') return [key];
  if (scope !== 'region' && scope !== 'release') return [];
  return [...cohorts].filter((cohort) => partsOfCohort(cohort)?.[scope] === key);
};
