import type { Page, Refusal } from '#contracts';
import {
  type AuditFilter,
  type AuditRow,
  createAuditRepository,
  createAuditVerificationRepository,
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
  readonly store: Pick<EventStore, 'readAll'>;
}

/** The audit, once for every door that shows it. */
export const createAuditDoor = (parts: AuditParts): AuditDoor => ({
  acts: createAuditRepository(parts.database).page,
  act: (position) => readAct(parts, position),
  verifications: new Verifications({ ...parts, kept: createAuditVerificationRepository(parts.database) }),
});
