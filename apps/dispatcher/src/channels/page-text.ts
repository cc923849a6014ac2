import type { Impact } from '#contracts';
import type { OutgoingDelivery } from './channel.js';
import { cut } from './cut.js';
import { counted, factsOf, moneyOf, ofWhom, type PageFact, placeOf } from './page-facts.js';
import { type Page, pageSchema } from './page.js';

/** What a channel shows of a page. */
export interface PageText {
  /** The incident's, and who is hurt: `DNS success 23.1 % on v2.1.5+c42 in us-east: 142 customers, $674,000 a minute`. */
  readonly title: string;
  readonly severity: Page['severity'];
  readonly incidentId: string | undefined;
  readonly priority: string | undefined;
  readonly isResolved: boolean;
  readonly isAcknowledged: boolean;
  /** A release is blamed and nothing rolls it back: a person may. */
  readonly mayRollBack: boolean;
  readonly atMs: number | undefined;
  readonly component: string | undefined;
  readonly group: string | undefined;
  readonly release: string | undefined;
  readonly ruleClass: string | undefined;
  /** What is said beside the title, in words. */
  readonly facts: readonly PageFact[];
  /** The incident's first. */
  readonly links: readonly { readonly href: string; readonly text: string }[];
  /** Everything else of the body, as it was recorded: customers, score, money, release, regions, rollback. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Nobody known to be hurt yet is not nobody hurt: then nothing is said. */
const whoIsHurt = (impact: Impact): string =>
  impact.affectedCustomers === 0
    ? ''
    : `: ${counted(impact.affectedCustomers, 'customer')}${ofWhom(impact)}, ${moneyOf(impact)}`;

/** Who is called, or what is asked for: whoever is woken by it reads that first. */
const callOf = ({ priority, escalation, request, widens }: Page): string => {
  const urgent = priority === undefined ? '' : `${priority} `;
  if (escalation !== undefined)
    return `${urgent}escalated to ${escalation.to.replace('_', ' ')} (${escalation.because}): `;
  if (widens !== undefined) {
    const { scope, key, reason } = widens;
    return `${urgent}now ${placeOf(scope, key)} (${reason}): `;
  }
  return request === undefined ? urgent && `${urgent.trim()}: ` : `${urgent}${request.replace('_', ' ')} asked for: `;
};

/** What is told in words or as a field of its own is no detail. */
const detailsOf = (body: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const { title: _t, severity: _s, at: _a, service: _c, region: _g, rule: _r, links: _l, ...details } = body;
  return details;
};

/** Rollbacks that are under way, or have done what a person would ask for. */
const ROLLED_BACK: readonly string[] = ['requested', 'running', 'completed'];

const mayRollBack = ({ status, release, rollbacks }: Page): boolean =>
  status !== 'resolved' &&
  (release !== undefined || rollbacks.length > 0) &&
  !rollbacks.some((rollback) => ROLLED_BACK.includes(rollback.status));

/** Reads a page's body. */
export const pageTextOf = (body: Readonly<Record<string, unknown>>): PageText => {
  const page = pageSchema.parse(body);
  const { title, severity, at, service, region, rule, links, impact } = page;
  return {
    title: `${callOf(page)}${title}${impact === undefined ? '' : whoIsHurt(impact)}`,
    severity,
    incidentId: page.incidentId,
    priority: page.priority,
    isResolved: page.status === 'resolved',
    isAcknowledged: page.acknowledgedBy !== undefined,
    mayRollBack: mayRollBack(page),
    atMs: at,
    component: service,
    group: region,
    release: page.release,
    ruleClass: rule,
    facts: factsOf(page),
    links,
    details: detailsOf(body),
  };
};

const STAGE_OF: Readonly<Partial<Record<OutgoingDelivery['action'], string>>> = {
  update: 'Update',
  acknowledge: 'Acknowledged',
  resolve: 'Resolved',
};

/** What a reader of one line must know: what became of it, and of what. */
export const headlineOf = (
  { action }: Pick<OutgoingDelivery, 'action'>,
  { title }: Pick<PageText, 'title'>,
): string => {
  const stage = STAGE_OF[action];
  return stage === undefined ? title : `${stage}: ${title}`;
};

/** The facts as lines, for receivers of plain text. */
export const factLines = ({ facts }: Pick<PageText, 'facts'>): readonly string[] =>
  facts.map(({ name, text }) => `${name}: ${text}`);

/** Lengths at which long facts are cut, one after another, until all of them fit: the longest lose first, and none its name. */
const FACT_CHARS_MAX = [1_000, 500, 250, 120, 60, 30] as const;

/** The facts as lines, each written by `line`, at most `charsMax` in all; what does not fit even then is left out from the end. */
export const factLinesWithin = (
  { facts }: Pick<PageText, 'facts'>,
  charsMax: number,
  line: (fact: PageFact) => string = ({ name, text }) => `${name}: ${text}`,
): readonly string[] => {
  const lengthOf = (lines: readonly string[]): number => lines.reduce((sum, each) => sum + each.length + 1, 0);
  let lines: string[] = [];
  for (const factCharsMax of FACT_CHARS_MAX) {
    lines = facts.map(({ name, text }) => line({ name, text: cut(text, factCharsMax) }));
    if (lengthOf(lines) <= charsMax) return lines;
  }
  while (lengthOf(lines) > charsMax) lines.pop();
  return lines;
};
