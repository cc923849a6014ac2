import { event, type EventData, RULE_SET_EDITION, type RuleSet, streamOf, TICK_MS } from '#contracts';
import { describeUnmatched, unjudgedCustomers, unmatchedPatterns, VERIFY_MS } from '#domain';
import { type CatalogueFollower, type Clock, FileLoader, type Loading, type Logger } from '#runtime';
import type { EventStore, LoadedRuleSet, RuleSetRepository } from '#store';
import { digestOf, readRuleFiles } from './rule-files.js';
import type { RulesSettings } from './rules.config.js';

/** What the loader needs of its process. */
export interface RuleLoaderParts {
  readonly eventStore: Pick<EventStore, 'append'>;
  readonly ruleSets: RuleSetRepository;
  readonly catalogue: Pick<CatalogueFollower, 'current'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: RulesSettings;
}

/**
 * How far ahead a set begins, in ticks (5 s). Every process decides ticks that are over, and reads the events before each of them;
 * so a set is known to all in time when its append is committed before its first tick is over, by whatever clock. 5 s are more than
 * an append takes and than clocks differ, and less than anybody waits for a rule.
 */
export const LEAD_TICKS = 5_000 / TICK_MS;
/** Loads rules, and says whom they do not judge. */
export type RuleLoader = FileLoader<RuleSet> & {
  /** Customers that rules are written for and do not judge, of the catalogue as it is; undefined when there are none. */
  readonly unjudged: () => string | undefined;
};

const tell = (
  { catalogue, clock, logger }: RuleLoaderParts,
  { version, sha256, fromTick, ruleSet }: EventData<'RulesLoaded'>,
  cause: string,
): void => {
  const rules = ruleSet.rules.length;
  logger.info({ version, sha256, fromTick, rules, cause }, 'rules: a set was loaded');
  if (version > 1 && clock.nowMs() >= fromTick * TICK_MS)
    logger.error({ version, fromTick }, 'rules: the append took so long that a tick may be decided by the old set');
  for (const unmatched of unmatchedPatterns(ruleSet, catalogue.current()))
    logger.warn({ version, ...unmatched.of }, `rules: a selector fits nothing: ${describeUnmatched(unmatched)}`);
};

/** The first set ever decides from tick 0: before it there was none. */
const loadingOf = (parts: RuleLoaderParts, ruleSet: RuleSet, cause: string): Loading => {
  const { clock, settings, ruleSets } = parts;
  const sha256 = digestOf(ruleSet);
  return {
    decide: async () => {
      const latest = await ruleSets.latest();
      if (latest?.sha256 === sha256) return undefined;
      const at = clock.nowMs();
      const expectedVersion = latest?.version ?? 0;
      const place = { version: expectedVersion + 1, fromTick: firstTick(latest, at), source: settings.source.name };
      const edited: RuleSet = { ...ruleSet, edition: RULE_SET_EDITION };
      const decided = event('RulesLoaded', { ...place, sha256, ruleSet: edited, at });
      return { stream: streamOf.rules, expectedVersion, events: [decided] };
    },
    tell: ({ events: [loaded] }) => {
      if (loaded?.type === 'RulesLoaded') tell(parts, loaded.data, cause);
    },
  };
};

/** A set is an event, so that processes side by side, a restart and a replay decide by the same rules in the same ticks. */
export const createRuleLoader = (parts: RuleLoaderParts): RuleLoader => {
  const { catalogue, logger, ruleSets, settings } = parts;
  const { name: source } = settings.source;
  /** What the files said when they were read without a mistake. */
  let known: RuleSet | undefined;
  const files = new FileLoader<RuleSet>(parts, {
    name: 'rules',
    words: { say: 'the files say', refused: 'the files are', stays: 'the set in force' },
    actor: 'rules',
    first: settings.ruleSet,
    read: () => {
      const { merged, problems = [] } = readRuleFiles(settings.source);
      return { read: merged?.ruleSet, problems };
    },
    loading: (read, cause) => {
      known = settings.verifyMs === VERIFY_MS ? read : { ...read, verifyMs: settings.verifyMs };
      for (const { rule, message } of unjudgedCustomers(known, catalogue.current()))
        logger.warn({ rule }, `rules: customers are not judged: ${message}`);
      return loadingOf(parts, known, cause);
    },
    wishes: streamOf.rulesReload,
    wish: ruleSets.reload,
    wishesVersion: ruleSets.reloadVersion,
    refused: (problems, at) => event('RulesRefused', { source, problems, at }),
    unchanged: (at) => event('RulesUnchanged', { source, at }),
  });
  const unjudged = (): string | undefined => {
    const [first, ...more] = known === undefined ? [] : unjudgedCustomers(known, catalogue.current());
    if (first === undefined) return undefined;
    return `${first.rule}: ${first.message}${more.length === 0 ? '' : ` (and ${more.length} more)`}`;
  };
  return Object.assign(files, { unjudged });
};

const firstTick = (latest: LoadedRuleSet | undefined, nowMs: number): number =>
  latest === undefined ? 0 : Math.max(latest.fromTick + 1, Math.floor(nowMs / TICK_MS) + LEAD_TICKS);
