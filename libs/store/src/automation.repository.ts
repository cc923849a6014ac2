import type { EventData } from '#contracts';
import type { Queryable } from './database.js';

type Told<T> = Omit<T, 'service'>;

/** What people allow Tocsin to do by itself. Times are ms of log time. */
export interface AutomationRow {
  /** The kill switch; null: nobody ever touched it, and it is on. */
  readonly lastSwitch: EventData<'AutomationSwitched'> | null;
  /** When the rate rail opened last, and why; a service whose reset is later is let through again. */
  readonly rateRail: EventData<'RateRailOpened'> | null;
  /** Services that somebody said something of; the others are in mode `auto`. */
  readonly services: readonly {
    readonly service: string;
    readonly mode: Told<EventData<'AutomationModeSet'>> | null;
    readonly rateReset: Told<EventData<'RateRailReset'>> | null;
  }[];
}

/** Reads what is allowed. */
export interface AutomationRepository {
  readonly read: () => Promise<AutomationRow>;
}

/** Most services of one answer: a fleet of name servers has a handful. */
const SERVICES_MAX = 1_000;

/** What is allowed, in PostgreSQL. */
export const createAutomationRepository = (database: Queryable): AutomationRepository => ({
  read: async () => {
    const [said] = await database.query<Pick<AutomationRow, 'lastSwitch' | 'rateRail'>>(
      'select last_switch as "lastSwitch", rate_rail as "rateRail" from automation',
    );
    const services = await database.query<AutomationRow['services'][number]>(
      'select service, mode, rate_reset as "rateReset" from automation_service order by service limit $1',
      [SERVICES_MAX],
    );
    return { lastSwitch: said?.lastSwitch ?? null, rateRail: said?.rateRail ?? null, services };
  },
});
