import { type OnCallPlan, type Policy, type Priority, SEVERITIES } from '#contracts';

/** How bad an incident is, by what a policy may raise it for. */
export interface Figures {
  readonly severity: (typeof SEVERITIES)[number];
  readonly priority: Priority | null;
  readonly impactScore: number;
  readonly dollarsPerMinute: number;
}

/** What of an incident chooses its policy. */
export interface PolicySubject extends Figures {
  readonly rule: string;
  readonly regions: readonly string[];
  readonly services: readonly string[];
}

const fits = ({ when }: Policy, { severity, rule, regions, services }: PolicySubject): boolean => {
  if (when === undefined) return true;
  const names = (wanted: readonly string[] | undefined, are: readonly string[]): boolean =>
    wanted === undefined || are.some((each) => wanted.includes(each));
  return (
    names(when.severities, [severity]) &&
    names(when.rules, [rule]) &&
    names(when.regions, regions) &&
    names(when.services, services)
  );
};

/** Whether a policy is for everything that no other one is for: it says nothing of what it is for. */
export const isCatchAll = ({ when }: Policy): boolean =>
  when === undefined || Object.values(when).every((each) => each === undefined);

/** The first policy that is for such an incident; else the first that is for everything else; undefined: none is. */
export const policyFor = ({ policies }: OnCallPlan, subject: PolicySubject): Policy | undefined =>
  policies.find((policy) => !isCatchAll(policy) && fits(policy, subject)) ?? policies.find(isCatchAll);

type Raise = Policy['raises'][number];

const figure = (value: number): string => Math.round(value).toLocaleString('en-US');

/** What of a raise is reached, in words; undefined when a part of it is not. */
const reachedOf = (
  { severity, priority, impactScore, dollarsPerMinute }: Raise,
  is: Figures,
): readonly string[] | undefined => {
  const parts: readonly (readonly [boolean, string])[] = [
    ...(severity === undefined
      ? []
      : [[SEVERITIES.indexOf(is.severity) >= SEVERITIES.indexOf(severity), is.severity] as const]),
    ...(priority === undefined ? [] : [[is.priority === priority, priority] as const]),
    ...(impactScore === undefined
      ? []
      : [[is.impactScore >= impactScore, `impact score ${figure(is.impactScore)} ≥ ${figure(impactScore)}`] as const]),
    ...(dollarsPerMinute === undefined
      ? []
      : [
          [
            is.dollarsPerMinute >= dollarsPerMinute,
            `$${figure(is.dollarsPerMinute)} a minute ≥ $${figure(dollarsPerMinute)}`,
          ] as const,
        ]),
  ];
  return parts.every(([isReached]) => isReached) ? parts.map(([, words]) => words) : undefined;
};

/** The highest level that the figures of an incident ask for, and why; undefined: none. */
export const raisedLevel = (
  { raises, levels }: Policy,
  figures: Figures,
): { readonly level: number; readonly because: string } | undefined => {
  const reached = raises.flatMap((raise) => {
    const words = reachedOf(raise, figures);
    // A raise without any figure is reached by everything: the policy begins there.
    const because = words?.join(', ') || 'every incident';
    return words === undefined ? [] : [{ level: Math.min(raise.toLevel, levels.length), because }];
  });
  return reached.toSorted((a, b) => b.level - a.level)[0];
};
