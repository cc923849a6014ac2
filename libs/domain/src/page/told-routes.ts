import { type CalledContact, receiversUnder } from './called-contact.js';
import type { PageAction } from './page-event.js';
import type { Route, Routing } from './route.js';

/** What is said under each key that somebody was called by, to whoever was. */
export const routesOfKeys = (action: PageAction, called: readonly CalledContact[]): readonly Route[] =>
  [...new Set(called.map(({ dedupKey }) => dedupKey))].map((dedupKey) => ({
    action,
    dedupKey,
    to: receiversUnder(dedupKey, called),
  }));

/** What is said once to each receiver that was called, under the key that it was called by first: news, which it need not hear twice. */
export const newsRoutes = (action: PageAction, called: readonly CalledContact[]): readonly Route[] => {
  const firsts = new Map<string, CalledContact>();
  for (const each of called) {
    const receiver = JSON.stringify([each.channel, each.address]);
    if (!firsts.has(receiver)) firsts.set(receiver, each);
  }
  return routesOfKeys(action, [...firsts.values()]);
};

/** Without the database nobody knows the plan, and every channel pages: those that it does not call are told of the end as well. */
export const spooledRoutes = ({
  calls: { called, spooled = [] },
  incident: { incidentId },
}: Routing): readonly Route[] => {
  const isCalled = (name: string): boolean =>
    called.some(({ dedupKey, channel, address }) => dedupKey === incidentId && channel === name && address === null);
  const to = spooled.filter((name) => !isCalled(name)).map((channel) => ({ channel }));
  return to.length === 0 ? [] : [{ action: 'resolve', dedupKey: incidentId, to }];
};
