import { type Verification, verificationSchema } from '#contracts';
import type { Database } from './database.js';

/** Verifications that are kept: their results are read at once, and a further one is cheap. Then the oldest is forgotten. */
const KEPT_MAX = 20;
/**
 * A process that did not say for so long that it lives has ended, or stands still: it says so each second while it verifies, and what keeps a
 * statement from being answered for longer ends the verification as well.
 */
const LOST_AFTER = '30 seconds';
const LOST: Pick<Verification, 'status' | 'failure'> = {
  status: 'failed',
  failure: 'the process that did it ended, or does not say any more how far it is',
};

/** Verifications of the chains, as every process can tell of them. */
export interface AuditVerificationRepository {
  /** Takes the place of the one that is under way; otherwise the id of the one that has it. */
  readonly begin: (verification: Verification) => Promise<string | undefined>;
  /** How far it is, and that its process lives; or what it found. */
  readonly tell: (verification: Verification) => Promise<void>;
  readonly find: (verificationId: string) => Promise<Verification | undefined>;
  /** All that are kept, the newest first. */
  readonly newest: () => Promise<readonly Verification[]>;
}

const LET_GO = `
  update audit_verification set is_running = false where is_running and alive_at < clock_timestamp() - interval '${LOST_AFTER}'`;
const TAKE = `
  insert into audit_verification (verification_id, told) values ($1, $2) on conflict do nothing returning 1`;
const FORGET = `
  delete from audit_verification where not is_running and verification_id not in (
    select verification_id from audit_verification order by begun desc limit ${KEPT_MAX})`;
// What was let go does not come back among those that run: another one may have its place.
const TELL = `
  update audit_verification set told = $2, alive_at = clock_timestamp(), is_running = is_running and $3 where verification_id = $1`;
const SELECT = `
  select told, not is_running or alive_at < clock_timestamp() - interval '${LOST_AFTER}' as "isLost" from audit_verification`;

interface Row {
  readonly told: unknown;
  readonly isLost: boolean;
}

const isRunning = ({ status }: Verification): boolean => status === 'running';

const verificationOf = ({ told, isLost }: Row): Verification => {
  const verification = verificationSchema.parse(told);
  return isRunning(verification) && isLost ? { ...verification, ...LOST } : verification;
};

/** Verifications in PostgreSQL. */
export const createAuditVerificationRepository = (database: Database): AuditVerificationRepository => ({
  begin: (verification) =>
    database.transaction(async (tx) => {
      await tx.query(LET_GO);
      const taken = await tx.query(TAKE, [verification.verificationId, JSON.stringify(verification)]);
      await tx.query(FORGET);
      if (taken.length > 0) return undefined;
      const [other] = await tx.query<{ id: string }>(
        'select verification_id as id from audit_verification where is_running',
      );
      // It ended between the two statements: whoever asks again will have the place.
      return other?.id ?? 'that ended just now';
    }),
  tell: async (verification) => {
    await database.query(TELL, [verification.verificationId, JSON.stringify(verification), isRunning(verification)]);
  },
  find: async (verificationId) => {
    const [row] = await database.query<Row>(`${SELECT} where verification_id = $1`, [verificationId]);
    return row === undefined ? undefined : verificationOf(row);
  },
  newest: async () => (await database.query<Row>(`${SELECT} order by begun desc`)).map(verificationOf),
});
