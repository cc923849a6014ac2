import type { Rule, RuleSet } from '#contracts';
import type { Catalogue } from '../rule/catalogue.js';
import { countFitting, CUSTOMERS_MAX } from '../rule/subjects.js';
import { BASELINE_CUSTOMERS_MAX } from '../signal/customer-baselines.js';

/** A rule that says nothing of some customers, because there are more than a bound, and which they are. */
export interface UnjudgedCustomers {
  readonly rule: string;
  readonly message: string;
}

const readsBaselines = ({ signal, scopes }: Rule): boolean =>
  signal === 'customer_error_rate_spike' || (signal === 'error_rate_spike' && scopes.includes('customer'));

const messagesOf = (rule: Rule, { customers }: Catalogue): readonly string[] => {
  const fitting = rule.scopes.includes('customer') ? countFitting(rule, customers) : 0;
  const [beyondRule, beyondBaselines] = [fitting - CUSTOMERS_MAX, customers.length - BASELINE_CUSTOMERS_MAX];
  return [
    ...(beyondRule > 0
      ? [
          `${fitting} customers fit; it judges ${CUSTOMERS_MAX} of them, by tier and id, and never the other ${beyondRule}`,
        ]
      : []),
    ...(beyondBaselines > 0 && readsBaselines(rule)
      ? [`only ${BASELINE_CUSTOMERS_MAX} customers have a baseline; the other ${beyondBaselines} are unknown to it`]
      : []),
  ];
};

/** What rules do not judge though they are written for it: said to whoever loads them, or it would be a silent pass. */
export const unjudgedCustomers = ({ rules }: RuleSet, catalogue: Catalogue): readonly UnjudgedCustomers[] =>
  rules.flatMap((rule) => messagesOf(rule, catalogue).map((message) => ({ rule: rule.name, message })));
