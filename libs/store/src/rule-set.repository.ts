import { recordedRuleSetSchema, type RuleSet, streamOf } from '#contracts';
import type { Queryable } from './database.js';
import type { FileReload } from './file-reload.js';
import { createList, type List, type Order } from './keyset.js';

/** A set of rules that was loaded, without its rules. */
export interface RuleSetVersion {
  /** Counts the sets, from 1; that of the stream `rules`. */
  readonly version: number;
  readonly sha256: string;
  readonly source: string;
  /** The first tick that is decided by it. */
  readonly fromTick: number;
  readonly loadedAt: number;
  readonly loadedBy: string;
  readonly ruleCount: number;
}

/** A set of rules that was loaded. */
export interface LoadedRuleSet extends RuleSetVersion {
  readonly ruleSet: RuleSet;
}

/** Reads the sets of rules. */
export interface RuleSetRepository {
  /** The newest set. */
  readonly latest: () => Promise<LoadedRuleSet | undefined>;
  /** The set that decides a tick, and every later one, by version; from the first on when none is that old. */
  readonly since: (tick: number) => Promise<readonly LoadedRuleSet[]>;
  /** Newest first. */
  readonly history: List<RuleSetVersion>;
  readonly reload: () => Promise<FileReload | undefined>;
  /** The expected version of the next event of the stream `rules-reload`. */
  readonly reloadVersion: () => Promise<number>;
}

const VERSION = `version, sha256, source, from_tick as "fromTick", loaded_at as "loadedAt", loaded_by as "loadedBy",
  jsonb_array_length(rule_set -> 'rules') as "ruleCount"`;
const LOADED = `${VERSION}, rule_set as "ruleSet"`;

const RELOAD = `
  select asked_version as "askedVersion", asked_at as "askedAt", asked_by as "askedBy", refusal.at as "refusedAt",
    refusal.source as "refusedSource", refusal.problems as "refusedProblems"
  from rule_reload left join lateral (
    select refused_at as at, refused_source as source, refused_problems as problems where refusal_ended_at is null
  ) refusal on true`;

/** What was recorded before a part had been thought of has the part's default. */
const loaded = (row: LoadedRuleSet): LoadedRuleSet => ({ ...row, ruleSet: recordedRuleSetSchema.parse(row.ruleSet) });

const HISTORY: Order<RuleSetVersion> = {
  list: 'rules',
  columns: [{ sql: 'version', kind: 'number', isDescending: true, of: (row) => row.version }],
};

/** Sets of rules in PostgreSQL. */
export const createRuleSetRepository = (database: Queryable): RuleSetRepository => ({
  latest: async () =>
    (await database.query<LoadedRuleSet>(`select ${LOADED} from rule_set order by version desc limit 1`)).map(
      loaded,
    )[0],
  since: async (tick) =>
    (
      await database.query<LoadedRuleSet>(
        `select ${LOADED} from rule_set
         where version >= coalesce((select max(version) from rule_set where from_tick <= $1), 1) order by version`,
        [tick],
      )
    ).map(loaded),
  history: createList<RuleSetVersion>(database, HISTORY, () => ({ select: `select ${VERSION} from rule_set` })),
  reload: async () => (await database.query<FileReload>(RELOAD))[0],
  reloadVersion: async () =>
    (
      await database.query<{ version: number }>('select version from chain_anchor where stream = $1', [
        streamOf.rulesReload,
      ])
    )[0]?.version ?? 0,
});
