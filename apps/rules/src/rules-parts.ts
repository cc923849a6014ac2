import type { EventLog } from '#event-log';
import type { CatalogueFollower, Clock, Logger, Traces } from '#runtime';
import type {
  Database,
  DeciderHistory,
  EventStore,
  PositionRepository,
  RuleSetRepository,
  SegmentRepository,
} from '#store';
import type { MinuteRepositories } from './kept-minutes.js';
import type { RulesSettings } from './rules.config.js';

/** What the rules need of their process. */
export interface RulesParts extends MinuteRepositories {
  /** Told apart from every other rules process: each of them reads all of `slots`, so none may share its group with another. */
  readonly processId: string;
  readonly log: EventLog;
  readonly database: Database;
  readonly eventStore: EventStore;
  readonly positions: PositionRepository;
  readonly segments: SegmentRepository;
  readonly history: DeciderHistory;
  readonly ruleSets: RuleSetRepository;
  readonly catalogue: CatalogueFollower;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: Pick<RulesSettings, 'verifyMs'>;
  /** How long a tick may wait for the database before incidents are paged without it; undefined: for ever. */
  readonly urgentAfterMs?: number;
  /** Told how long each tick took to decide, ms. */
  readonly onDecided?: (tookMs: number) => void;
  readonly traces?: Traces;
}
