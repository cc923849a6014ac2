import type { CalledTarget, EventData, OnCallPlan } from '#contracts';
import { type Contacts, contactsOf } from '../on-call/contacts-of.js';
import type { ScheduleOverride } from '../on-call/schedule-override.js';

/** Whom targets reach at a moment. */
export type Reach = (targets: readonly CalledTarget[], atMs: number) => Contacts;

interface InForce {
  readonly plan: OnCallPlan;
  readonly overrides: readonly ScheduleOverride[];
}

interface SetUpChannel {
  readonly name: string;
  readonly subject: EventData<'DeliveryRequested'>['subject'];
}

/** By the plan in force, and only through channels that are set up: a page to another would be given up when nobody looks. */
export const reachBy =
  ({ plan, overrides }: InForce, channels: readonly SetUpChannel[]): Reach =>
  (targets, atMs) => {
    const pageable = new Set(channels.filter(({ subject }) => subject === 'page').map(({ name }) => name));
    const { reached, nobody } = contactsOf(plan, overrides, targets, atMs);
    const missing = reached.filter(({ contact }) => !pageable.has(contact.channel));
    const words = new Set(missing.map(({ contact }) => `channel ${contact.channel} is not set up`));
    return { reached: reached.filter((each) => !missing.includes(each)), nobody: [...nobody, ...words] };
  };
