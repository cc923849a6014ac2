import { FLEET_KEY, type RuleScope, type Selector } from '#contracts';
import type { CatalogueCustomer } from './catalogue.js';
import { cohortKey } from './presence.js';
import type { AlertSubject, Rule, Subject } from './rule.js';
import { fitsSelector, type Labels, labelsOf } from './selector.js';
import type { TickView } from './tick-view.js';

/**
 * Scopes in the order in which they are decided. Releases first: where several breach in one tick, the incident is named after the
 * release, not after the place, and after a place rather than after the fleet.
 */
export const SCOPE_ORDER: readonly RuleScope[] = [
  'release_region',
  'release',
  'region',
  'pop',
  'node',
  'customer',
  'fleet',
];

/**
 * Customers that one rule is evaluated for. A rule for customers must choose them, by `customer` or `tier`: a fleet has 10,000, and
 * who is hurt among all of them is what the signals on customers are for. Beyond it the rest, by tier and id, are not evaluated, which
 * the loader of rules and `/readyz` say.
 */
export const CUSTOMERS_MAX = 1_000;

interface Chosen {
  readonly customers: readonly CatalogueCustomer[];
  readonly keys: readonly string[];
  /** How many fit. */
  readonly fitting: number;
}

/** By rule, since a catalogue of thousands changes once a day and is asked for four times a second. */
const chosen = new WeakMap<Rule, Chosen>();

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const chooseCustomers = (where: Selector, customers: readonly CatalogueCustomer[]): Chosen => {
  if (where.customer === undefined && where.tier === undefined) return { customers, keys: [], fitting: 0 };
  const fitting = customers.filter(({ customerId, tier }) => fitsSelector(where, { customer: customerId, tier }));
  const keys = fitting
    .toSorted((a, b) => compareText(a.tier, b.tier) || compareText(a.customerId, b.customerId))
    .slice(0, CUSTOMERS_MAX)
    .map(({ customerId }) => customerId)
    .sort();
  return { customers, keys, fitting: fitting.length };
};

const choiceOf = (rule: Rule, customers: readonly CatalogueCustomer[]): Chosen => {
  const known = chosen.get(rule);
  if (known?.customers === customers) return known;
  const anew = chooseCustomers(rule.where, customers);
  chosen.set(rule, anew);
  return anew;
};

/** The customers that a rule is evaluated for, in the order of their ids; of too many those of the best tiers. */
export const customersOf = (rule: Rule, customers: readonly CatalogueCustomer[]): readonly string[] =>
  choiceOf(rule, customers).keys;

/** How many customers fit a rule, whether it is evaluated for them or not. */
export const countFitting = (rule: Rule, customers: readonly CatalogueCustomer[]): number =>
  choiceOf(rule, customers).fitting;

const keysIn = (scope: RuleScope, { placement, fleet }: TickView): readonly string[] => {
  switch (scope) {
    case 'fleet':
      return [FLEET_KEY];
    case 'region':
      return fleet.map(({ region }) => region);
    case 'pop':
      return fleet.map(({ pop }) => pop);
    case 'node':
      return fleet.map(({ nodeId }) => nodeId);
    case 'release':
      return [...placement.values()].flatMap((releases) => [...releases]);
    case 'release_region':
      return [...placement].flatMap(([region, releases]) =>
        Array.from(releases, (release) => cohortKey(release, region)),
      );
    case 'customer':
      return [];
  }
};

/** A subject, and the rules that it is judged by. */
export interface Judged {
  readonly subject: Subject;
  readonly rules: readonly Rule[];
}

const isAll = ({ where }: Rule): boolean => Object.keys(where).length === 0;

/** Says which rules judge what on one tick. */
export class SubjectReader {
  private readonly labels = new Map<string, Labels>();

  /** `known` are the subjects of open and pending alerts: they are judged to the end, though they left the fleet or fit no more. */
  constructor(
    private readonly view: TickView,
    private readonly known: readonly (AlertSubject & { readonly rule: string })[],
  ) {}

  /** The subjects of a scope, in order, each with its rules, in the order of rules. */
  read(scope: RuleScope, rules: readonly Rule[]): readonly Judged[] {
    const judging = rules.filter(({ scopes }) => scopes.includes(scope));
    if (judging.length === 0) return [];
    const known = this.known.filter((each) => each.scope === scope);
    const held = new Set(known.map(({ rule, key }) => `${rule}|${key}`));
    const chosenBy = new Map(
      scope === 'customer' ? judging.map((rule) => [rule, new Set(customersOf(rule, this.view.customers))]) : [],
    );
    const keys = new Set([...keysIn(scope, this.view), ...known.map(({ key }) => key)]);
    for (const customers of chosenBy.values()) for (const key of customers) keys.add(key);
    return [...keys].sort().map((key) => {
      const subject = { scope, key };
      const fits = (rule: Rule): boolean =>
        (scope === 'customer' ? chosenBy.get(rule)!.has(key) : this.fits(rule, subject)) ||
        held.has(`${rule.name}|${key}`);
      return { subject, rules: judging.filter(fits) };
    });
  }

  private fits(rule: Rule, subject: Subject): boolean {
    return isAll(rule) || fitsSelector(rule.where, this.labelsOf(subject));
  }

  private labelsOf(subject: Subject): Labels {
    const id = `${subject.scope}|${subject.key}`;
    const labels = this.labels.get(id) ?? labelsOf(subject, this.view);
    this.labels.set(id, labels);
    return labels;
  }
}
