import { FLEET_KEY, KEY_SEPARATOR, refuse, type Refusal, RULE_SCOPES, type RuleScope } from '#contracts';

/** Of what a rule is asked why it does not fire. */
export interface AskedSubject {
  readonly scope: RuleScope;
  readonly key: string;
}

const isScope = (text: string): text is RuleScope => (RULE_SCOPES as readonly string[]).includes(text);

/** Reads `fleet`, `v2.1.5+c42|us-east`, or a scope and a key: `pop:iad1`, `node:n1`. */
export const readSubject = (text: string | undefined): AskedSubject | Refusal => {
  if (text === undefined || text === FLEET_KEY) return { scope: 'fleet', key: FLEET_KEY };
  const colon = text.indexOf(':');
  const scope = text.slice(0, Math.max(0, colon));
  if (isScope(scope) && colon < text.length - 1) return { scope, key: text.slice(colon + 1) };
  if (text.includes(KEY_SEPARATOR)) return { scope: 'release_region', key: text };
  return refuse(
    'QUERY_INVALID',
    `expected fleet, release|region, or one of ${RULE_SCOPES.join(', ')} with : and a key`,
    'subject',
  );
};
