import { z } from 'zod';
import { address } from './address.config.js';
import type { Channel } from './channels/channel.js';
import { statuspageChannel } from './channels/statuspage.channel.js';

const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected an id: letters, digits, _ and -');

/** Components of one page that Tocsin may speak of. */
const COMPONENTS_MAX = 50;

/** Settings of Statuspage. */
export const statuspageSettings = {
  /** The page. Unset: no status page. */
  STATUSPAGE_PAGE_ID: id.optional(),
  /** Of their API. */
  STATUSPAGE_KEY: z.string().min(8, 'expected 8 characters or more').optional(),
  /** Their address; another for a test. */
  STATUSPAGE_URL: address(false).default(new URL('https://api.statuspage.io')),
  /** Components that an incident is about, with commas between. Unset: none. */
  STATUSPAGE_COMPONENT_IDS: z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(z.array(id).max(COMPONENTS_MAX))
    .optional(),
};

/** Which of them are secret. */
export const STATUSPAGE_SECRETS = ['STATUSPAGE_KEY'] as const;

type Read = z.output<z.ZodObject<typeof statuspageSettings>>;

/** Adds what is lacking: a page is known by its id and opened by its key. */
export const refineStatuspage = (read: Read, context: z.core.$RefinementCtx): void => {
  const names = ['STATUSPAGE_PAGE_ID', 'STATUSPAGE_KEY'] as const;
  for (const [name, other] of [names, names.toReversed()])
    if (name !== undefined && other !== undefined && read[name] === undefined && read[other] !== undefined)
      context.addIssue({ code: 'custom', path: [name], message: `needed beside ${other}` });
};

/** The channel, if it is configured. */
export const statuspageChannels = (read: Read): readonly Channel[] => {
  const { STATUSPAGE_PAGE_ID: pageId, STATUSPAGE_KEY: key, STATUSPAGE_URL: url } = read;
  if (pageId === undefined || key === undefined) return [];
  return [statuspageChannel({ url, pageId, key, componentIds: read.STATUSPAGE_COMPONENT_IDS ?? [] })];
};
