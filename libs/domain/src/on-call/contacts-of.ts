import type { CalledTarget, Contact, OnCallPlan } from '#contracts';
import { overridesIn, type ScheduleOverride } from './schedule-override.js';
import { personAt } from './shifts.js';

/** A contact that a call reaches, and whose it is; a channel that is called as it is belongs to nobody. */
export interface Reached {
  readonly contact: Contact;
  readonly person?: string | undefined;
}

/** Whom a call reaches, and in words each target that reaches nobody. */
export interface Contacts {
  readonly reached: readonly Reached[];
  readonly nobody: readonly string[];
}

interface Asked {
  readonly plan: OnCallPlan;
  readonly overrides: readonly ScheduleOverride[];
  readonly atMs: number;
}

const only = (nobody: string): Contacts => ({ reached: [], nobody: [nobody] });

const ofPerson = ({ plan }: Asked, person: string): Contacts => {
  const found = plan.people.find((each) => each.person === person);
  if (found === undefined) return only(`${person} is not in the plan`);
  return { reached: found.contacts.map((contact) => ({ contact, person })), nobody: [] };
};

const ofSchedule = (asked: Asked, schedule: string): Contacts => {
  const found = asked.plan.schedules.find((each) => each.schedule === schedule);
  if (found === undefined) return only(`schedule ${schedule} is not in the plan`);
  const person = personAt(found, overridesIn(asked.plan, asked.overrides), asked.atMs);
  return person === undefined ? only(`schedule ${schedule} names nobody`) : ofPerson(asked, person);
};

const ofTarget = (asked: Asked, target: CalledTarget): Contacts => {
  if ('channel' in target) return { reached: [{ contact: { channel: target.channel } }], nobody: [] };
  if ('person' in target) return ofPerson(asked, target.person);
  if ('schedule' in target) return ofSchedule(asked, target.schedule);
  const { vp } = asked.plan;
  return vp === undefined ? only('the plan names no vp') : ofTarget(asked, vp);
};

const keyOf = ({ contact: { channel, address } }: Reached): string => JSON.stringify([channel, address]);

/**
 * Whom a level of a policy reaches at a moment. A contact is reached once, for the first target that names it: two people who share
 * a channel are one message there.
 */
export const contactsOf = (
  plan: OnCallPlan,
  overrides: readonly ScheduleOverride[],
  targets: readonly CalledTarget[],
  atMs: number,
): Contacts => {
  const asked = { plan, overrides, atMs };
  const all = targets.map((target) => ofTarget(asked, target));
  const reached = new Map<string, Reached>();
  for (const each of all.flatMap((contacts) => contacts.reached))
    if (!reached.has(keyOf(each))) reached.set(keyOf(each), each);
  return { reached: [...reached.values()], nobody: [...new Set(all.flatMap(({ nobody }) => nobody))] };
};
