import type { OutgoingDelivery } from './channel.js';
import { cutShown } from './cut.js';
import { factLinesWithin, headlineOf, type PageText, pageTextOf } from './page-text.js';

/** Longest text of a section. */
const SECTION_CHARS_MAX = 3_000;
/** Longest notification text: more is hidden behind a fold. */
const TEXT_CHARS_MAX = 1_000;
/** Longest address that a button may open. */
const BUTTON_URL_CHARS_MAX = 3_000;
/** Longest label of a button. */
const BUTTON_CHARS_MAX = 75;
/** Links beside the incident's: more than what can be done about an incident. */
const BUTTONS_MAX = 5;

/** A message in Slack's words. */
export interface SlackMessage {
  /** What a notification shows, and whoever sees no blocks. */
  readonly text: string;
  readonly blocks: readonly object[];
}

/** Slack's own three characters; so a name such as `<!channel>` calls nobody. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Bold ends at a star or a line's end. */
const bold = (text: string): string => `*${escaped(text.replaceAll(/[*\s]+/g, ' ').trim() || '–')}*`;

const section = (text: string): object => ({ type: 'section', text: { type: 'mrkdwn', text } });

const headlineSection = (delivery: OutgoingDelivery, page: PageText): object =>
  section(cutShown(headlineOf(delivery, page), SECTION_CHARS_MAX, bold));

const factsSection = (page: PageText): object[] => {
  const lines = factLinesWithin(page, SECTION_CHARS_MAX, ({ name, text }) => `*${name}:* ${escaped(text)}`);
  return lines.length === 0 ? [] : [section(lines.join('\n'))];
};

const label = (text: string): object => ({
  type: 'plain_text',
  text: cutShown(text, BUTTON_CHARS_MAX, (shown) => shown),
});

const button = (actionId: string, text: string, rest: object): object => ({
  type: 'button',
  action_id: actionId,
  text: label(text),
  ...rest,
});

const linkButtons = ({ links }: PageText): object[] =>
  links
    .filter(({ href }) => href.length <= BUTTON_URL_CHARS_MAX)
    .slice(0, BUTTONS_MAX)
    .map(({ href, text }, index) => button(index === 0 ? 'open' : `link_${index}`, text, { url: href }));

/** A rollback moves traffic of customers: it is asked twice. */
const CONFIRM_ROLLBACK = {
  title: { type: 'plain_text', text: 'Roll back?' },
  text: { type: 'mrkdwn', text: 'Tocsin rolls the release back in waves, as far as its rails allow.' },
  confirm: { type: 'plain_text', text: 'Roll back' },
  deny: { type: 'plain_text', text: 'No' },
  style: 'danger',
};

const actButtons = (page: PageText, incidentId: string): object[] => [
  ...(page.isAcknowledged || page.isResolved
    ? []
    : [button('acknowledge', 'Acknowledge', { value: incidentId, style: 'primary' })]),
  ...(page.isResolved ? [] : [button('silence', 'Silence', { value: incidentId })]),
  ...(page.mayRollBack
    ? [button('roll_back', 'Roll back', { value: incidentId, style: 'danger', confirm: CONFIRM_ROLLBACK })]
    : []),
  ...linkButtons(page).slice(0, 1),
];

const actions = (elements: readonly object[]): object[] =>
  elements.length === 0 ? [] : [{ type: 'actions', elements }];

const textOf = (delivery: OutgoingDelivery, page: PageText): string =>
  cutShown(headlineOf(delivery, page), TEXT_CHARS_MAX, escaped);

/** The whole page. With `isInteractive` its buttons act by themselves, by an app that answers them; without they are links. */
export const slackMessage = (delivery: OutgoingDelivery, isInteractive: boolean): SlackMessage => {
  const page = pageTextOf(delivery.body);
  // What is about no incident can only be opened: there is nothing to acknowledge.
  const { incidentId } = page;
  const buttons = isInteractive && incidentId !== undefined ? actButtons(page, incidentId) : linkButtons(page);
  return {
    text: textOf(delivery, page),
    blocks: [headlineSection(delivery, page), ...factsSection(page), ...actions(buttons)],
  };
};

/** What a thread is told: the page's new words, without buttons. */
export const slackReply = (delivery: OutgoingDelivery): SlackMessage => {
  const page = pageTextOf(delivery.body);
  return { text: textOf(delivery, page), blocks: [headlineSection(delivery, page), ...factsSection(page)] };
};
