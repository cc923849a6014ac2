import { addressSecrets } from './address-secrets.js';
import { type HttpChannel, httpChannel, type OutgoingDelivery } from './channel.js';
import { cut } from './cut.js';
import { factLinesWithin, headlineOf, type PageText, pageTextOf } from './page-text.js';

/** An attempt at a page that takes longer is repeated, and marked as such: nothing there folds a repetition. */
const TIMEOUT_MS = 10_000;

/** They throttle beyond four a second: two at once, and two more for what is urgent alone; then one in each second. */
const PACE = { perMinute: 60, urgentPerMinute: 20, burst: 2 } as const;

/**
 * Their limit is 28 KB for a card. A character is six bytes of JSON at most, so the title, the facts with their brackets, and the links
 * below are 26,000 bytes at worst.
 */
const TITLE_CHARS_MAX = 500;
/** All facts together. */
const FACTS_CHARS_MAX = 2_500;
/** A page has the incident's link, and one for each thing that can be done about it. */
const LINKS_MAX = 4;
/** Longer links are left out: cut off they lead nowhere. */
const LINK_CHARS_MAX = 1_000;
/** What a button says. */
const LINK_TEXT_CHARS_MAX = 60;

/** Cards read Markdown: a name must not make a link. */
const plain = (text: string): string => text.replaceAll('](', '] (');

const COLOR_OF: Readonly<Record<PageText['severity'], string>> = {
  critical: 'attention',
  error: 'attention',
  warning: 'warning',
  info: 'accent',
};

/** Lines as facts again: what is bounded is the whole of them. */
const factsOf = (page: PageText): object[] =>
  factLinesWithin(page, FACTS_CHARS_MAX, ({ name, text }) => `${name}\n${plain(text)}`).map((line) => {
    const [title = '', ...value] = line.split('\n');
    return { title, value: value.join(' ') };
  });

const actionsOf = ({ links }: PageText): object[] =>
  links
    .map(({ href, text }) => ({ url: new URL(href).href, title: cut(text, LINK_TEXT_CHARS_MAX) }))
    .filter(({ url }) => url.length <= LINK_CHARS_MAX)
    .slice(0, LINKS_MAX)
    .map(({ url, title }) => ({ type: 'Action.OpenUrl', title, url }));

const cardOf = (delivery: OutgoingDelivery): object => {
  const page = pageTextOf(delivery.body);
  const title = {
    type: 'TextBlock',
    text: plain(cut(headlineOf(delivery, page), TITLE_CHARS_MAX)),
    size: 'large',
    weight: 'bolder',
    color: page.isResolved ? 'good' : COLOR_OF[page.severity],
    wrap: true,
  };
  const facts = factsOf(page);
  const actions = actionsOf(page);
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.2',
    body: facts.length === 0 ? [title] : [title, { type: 'FactSet', facts }],
    ...(actions.length === 0 ? {} : { actions }),
    msteams: { width: 'full' },
  };
};

/**
 * Microsoft Teams by a Workflows webhook: each delivery is a card of its own, since a sent card cannot be changed through it. Buttons
 * are links.
 */
export const teamsChannel = ({ url }: { readonly url: URL }): HttpChannel =>
  httpChannel({
    name: 'teams',
    isKeyed: false,
    pace: PACE,
    timeoutMs: TIMEOUT_MS,
    secrets: addressSecrets(url),
    requestOf: (delivery) => ({
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            contentUrl: null,
            content: cardOf(delivery),
          },
        ],
      }),
      timeoutMs: TIMEOUT_MS,
    }),
  });
