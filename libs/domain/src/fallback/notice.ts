import type { EventData } from '#contracts';
import type { CatalogueCustomer } from '../rule/catalogue.js';
import { type Provider, PROVIDERS } from './provider.js';

/** Names that a text spells out: a message is read, the command has all of them. */
const DOMAINS_NAMED = 10;
/** As the contract says, of a name and of a text. */
const NAME_MAX = 200;
const TEXT_MAX = 2_000;

/** What a customer is told. */
export type Notice = NonNullable<EventData<'FallbackCommanded'>['notice']>;

/** Whom a text is for, and what it is about. */
export interface NoticeCase {
  readonly incidentId: string;
  readonly customerId: string;
  /** undefined: it is not in the catalogue any more. */
  readonly customer: CatalogueCustomer | undefined;
  readonly provider: Provider;
  /** When the incident opened, ms. */
  readonly sinceMs: number;
}

const nameOf = ({ customer, customerId }: NoticeCase): string => customer?.name ?? customerId;

const domainsOf = ({ customer }: NoticeCase): string => {
  const zones = customer?.zones ?? [];
  if (zones.length === 0) return 'your names';
  const rest = zones.length - DOMAINS_NAMED;
  return `${zones.slice(0, DOMAINS_NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
};

const timeOf = ({ sinceMs }: NoticeCase): string =>
  `${new Date(sinceMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const noticeOf = (told: NoticeCase, text: string): Notice => ({
  incidentId: told.incidentId,
  customerId: told.customerId,
  name: nameOf(told).slice(0, NAME_MAX),
  text: text.slice(0, TEXT_MAX),
});

/** Step 2 of R60: what is wrong, and what was done about it. */
export const issueNotice = (told: NoticeCase): Notice =>
  noticeOf(
    told,
    `${nameOf(told)}: since ${timeOf(told)} our name servers fail for a part of the queries for ${domainsOf(told)}. ` +
      `${PROVIDERS[told.provider].title} answers for you meanwhile. What you can do yourself follows.`,
  );

/** Step 3 of R60: what the customer can do itself, and when that is over; the command of the first step has it as well. */
export const workaroundText = (told: NoticeCase): string => {
  const resolvers = [told.provider, ...(Object.keys(PROVIDERS) as Provider[]).filter((each) => each !== told.provider)]
    .map((each) => `${PROVIDERS[each].resolver} (${PROVIDERS[each].title})`)
    .join(', ');
  const text =
    `${nameOf(told)}: until our name servers are well again, let the resolvers and forwarders that you run ask one of these in ` +
    `their place: ${resolvers}. Leave the registrations and name server records of ${domainsOf(told)} as they are. It ends when our ` +
    'servers have answered you well for five minutes: we write to you then, and you undo what you changed.';
  return text.slice(0, TEXT_MAX);
};

/** Step 3 of R60 as a message. */
export const workaroundNotice = (told: NoticeCase): Notice => noticeOf(told, workaroundText(told));

/** It is over. */
export const endNotice = (told: NoticeCase): Notice =>
  noticeOf(
    told,
    `${nameOf(told)}: our name servers answer you well again, and ${PROVIDERS[told.provider].title} answers for ${domainsOf(told)} no ` +
      'longer. Please undo what you changed meanwhile.',
  );
