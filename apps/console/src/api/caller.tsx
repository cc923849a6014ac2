import { createContext, type ReactNode, useContext } from 'react';
import { Failure } from '../ui/failure.js';
import { graphql, type ResultOf } from './graphql.js';
import { useAnswer } from './use-answer.js';

const CALLER = graphql('query Caller { caller { actor name roles permissions expiresAt } }');

/** Who looks, and what they may do. */
export type Caller = ResultOf<typeof CALLER>['caller'];
/** One thing that a key may do. */
export type Permission = Caller['permissions'][number];

const CallerContext = createContext<Caller | null>(null);

/** Asks who looks before any page is shown: a page must know what it may offer. */
export const CallerProvider = ({ children }: { readonly children: ReactNode }) => {
  const { data, error } = useAnswer('caller', CALLER, {}, { follows: ['key-'], isAlwaysRead: true });
  if (data === undefined) return error === null ? <p>Reading …</p> : <Failure of="who you are" error={error} />;
  return <CallerContext value={data.caller}>{children}</CallerContext>;
};

/** Who looks. */
export const useCaller = (): Caller => {
  const caller = useContext(CallerContext);
  if (caller === null) throw new Error('A page was shown before it was known who looks.');
  return caller;
};

/** In words, what a permission lets one do, for who lacks it. */
const ABOUT: Readonly<Partial<Record<Permission, string>>> = {
  operate: 'act on incidents, silences and deliveries',
  roll_out: 'bring or start a rollout',
  approve_stage: 'approve what waits for a second person',
  approve: 'vote on what a rail refused',
  lift: 'let a release out of quarantine',
  administer: 'administer',
};

/** Why the caller may not do something, in a sentence; undefined: they may. The API says the same, and decides. */
export const forbidden = (
  { roles, permissions }: Pick<Caller, 'roles' | 'permissions'>,
  needs: Permission,
): string | undefined =>
  permissions.includes(needs)
    ? undefined
    : `As ${roles.join(' and ').replaceAll('_', ' ')} you may not ${ABOUT[needs] ?? needs.replaceAll('_', ' ')}.`;
