/** The roles of which each has one vote on an override. */
export const ROLES = ['incident_commander', 'engineering_vp', 'customer_success_vp'] as const;
/** One of them. */
export type ApprovalRole = (typeof ROLES)[number];

/** Under which roles a caller may vote, and why not. */
export interface Voting {
  /** The roles that the caller holds and that have not voted: of several one says under which. */
  readonly open: readonly ApprovalRole[];
  /** Whether the vote must name its role: the server asks for it of whoever holds several, also when one of them voted. */
  readonly isNamed: boolean;
  /** Undefined: the caller may vote. */
  readonly because: string | undefined;
}

/** `engineering_vp:eve` → `eve`: a person who holds several roles has one vote. */
const nameIn = (by: string): string => by.slice(by.indexOf(':') + 1);

/** How a caller votes, who is `actor` to the server and holds `roles`; `votes` are those that were cast. */
export const votingOf = (
  { actor, roles }: { readonly actor: string; readonly roles: readonly string[] },
  votes: readonly { readonly role: string; readonly by: string }[],
): Voting => {
  const mine = ROLES.filter((role) => roles.includes(role));
  const open = mine.filter((role) => !votes.some((vote) => vote.role === role));
  const own = votes.find(({ by }) => nameIn(by) === nameIn(actor));
  const said = (role: string): string => role.replaceAll('_', ' ');
  const voted = open.length === 0 && mine.length > 0 ? `${mine.map(said).join(' and ')} voted already.` : undefined;
  return {
    open,
    isNamed: mine.length > 1,
    because: own === undefined ? voted : `You voted already, as ${said(own.role)}: one person has one vote.`,
  };
};
