import { z } from 'zod';
import { holding, type Principal, PRINCIPAL_ROLES, type PrincipalRole } from '#contracts';

/** Users that are listed: the on-call engineers of a company, not all of a workspace. */
const USERS_MAX = 1_000;
/** Everybody in the workspace who is not listed himself. */
const EVERYBODY = '*';
/** Roles of people: who writes from Slack is no machine. */
const ROLES = PRINCIPAL_ROLES.filter(
  (role) => !(['node', 'ingest', 'prober', 'deploy', 'alerts'] as readonly string[]).includes(role),
);

const ENTRY = /^(\*|[UW][A-Z0-9]{1,31})=([a-z_]+)$/;

const readUser = (text: string): readonly [string, PrincipalRole] | string => {
  const [, user, named] = ENTRY.exec(text.trim()) ?? [];
  if (user === undefined) return `${text}: expected user=role, such as U012AB3CD=operator or *=viewer`;
  const role = ROLES.find((each) => each === named);
  return role === undefined ? `${text}: the roles of people are ${ROLES.join(', ')}` : [user, role];
};

/** Roles by the ids of Slack's users; `*` is everybody else. */
export type SlackUsers = ReadonlyMap<string, PrincipalRole>;

/** `U012AB3CD=operator,W9=incident_commander,*=viewer` */
export const slackUsersSchema = z.string().transform((text, context): SlackUsers => {
  const read = text.split(',').map(readUser);
  const wrong = read.find((each) => typeof each === 'string');
  if (typeof wrong === 'string') context.addIssue(wrong);
  if (read.length > USERS_MAX) context.addIssue(`expected at most ${USERS_MAX} users`);
  return new Map(read.filter((each) => typeof each !== 'string'));
});

/** Who somebody in Slack is here; undefined: nobody. `name` is shown, the id is who it is. */
export const slackCaller = (users: SlackUsers, id: string, name = id): Principal | undefined => {
  const role = users.get(id) ?? users.get(EVERYBODY);
  if (role === undefined) return undefined;
  return { keyId: 'slack', subject: `slack:${id}`, name, ...holding(role), nodeId: undefined, door: 'slack' };
};
