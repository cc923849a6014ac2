import { type Page, refuse, type Refusal } from '#contracts';
import {
  type AuditFilter,
  type AuditRow,
  createAuditRepository,
  createAuditVerificationRepository,
  type Database,
  type EventStore,
  type PageAsk,
} from '#store';
import { readAct, type ShownAct } from './audit-query.js';
import { type VerificationParts, Verifications } from './verifications.js';

/** What was done, by whom and why, and whether it still says so. */
export interface AuditDoor {
  /** Acts through a door, newest first. */
  readonly acts: (ask: AuditFilter & PageAsk) => Promise<Page<AuditRow> | Refusal>;
  /** One act, or any other event, with what it changed. */
  readonly act: (position: number) => Promise<ShownAct | Refusal>;
  readonly verifications: Verifications;
}

/** What it is read from. */
export interface AuditParts extends Omit<VerificationParts, 'kept'> {
  /** For what people look at: a page that is open must not take the connections of the roles. */
  readonly readDatabase: Database;
  readonly store: Pick<EventStore, 'readAll'>;
}

/** Acts that wait for their turn; one more is refused: whoever asks again finds fewer. */
const WAITING_MAX = 20;

/** One after the other: an act may be folded from 20,000 events, which several at once would hold in memory together. */
const createTurns = () => {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async <T>(work: () => Promise<T | Refusal>): Promise<T | Refusal> => {
    if (waiting >= WAITING_MAX) return refuse('QUERY_TOO_SLOW', `${waiting} acts are being read: ask again`);
    waiting += 1;
    const own = last.then(work).finally(() => (waiting -= 1));
    last = own.catch(() => undefined);
    return own;
  };
};

/** The audit, once for every door that shows it. */
export const createAuditDoor = ({ readDatabase, ...parts }: AuditParts): AuditDoor => {
  const { find, newest } = createAuditVerificationRepository(readDatabase);
  const kept = { ...createAuditVerificationRepository(parts.database), find, newest };
  const inTurn = createTurns();
  return {
    acts: createAuditRepository(readDatabase).page,
    act: (position) => inTurn(() => readAct({ database: readDatabase, store: parts.store }, position)),
    verifications: new Verifications({ ...parts, kept }),
  };
};
