import { z } from 'zod';
import { type Impact, impactSchema } from '#contracts';

const text = z.string().min(1);

/** A page's body as channels read it. What is missing or of another form is left out; a page never fails on its decoration. */
const pageSchema = z.looseObject({
  title: text.catch('Tocsin incident without a title'),
  severity: z.enum(['critical', 'warning', 'error', 'info']).catch('error'),
  at: z.number().int().nonnegative().max(8.64e15).optional().catch(undefined),
  service: text.optional().catch(undefined),
  region: text.optional().catch(undefined),
  rule: text.optional().catch(undefined),
  priority: text.optional().catch(undefined),
  widens: z.looseObject({ scope: text, key: text, reason: text }).optional().catch(undefined),
  escalation: z.looseObject({ to: text, because: text }).optional().catch(undefined),
  request: text.optional().catch(undefined),
  links: z
    .array(z.object({ href: z.url(), text }))
    .max(20)
    .catch([]),
});

/** What a channel shows of a page. */
export interface PageText {
  /** The incident's, and who is hurt: `DNS success 23.1 % on v2.1.5+c42 in us-east: 142 customers, $674,000 a minute`. */
  readonly title: string;
  readonly severity: 'critical' | 'warning' | 'error' | 'info';
  readonly atMs: number | undefined;
  readonly component: string | undefined;
  readonly group: string | undefined;
  readonly ruleClass: string | undefined;
  readonly links: readonly { readonly href: string; readonly text: string }[];
  /** Everything else of the body: customers, score, money, release, regions, rollback. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Nobody known to be hurt yet is not nobody hurt: then nothing is said. */
const whoIsHurt = ({ affectedCustomers, dollarsPerMinute, cumulativeDollars = 0, covers = [] }: Impact): string => {
  if (affectedCustomers === 0) return '';
  const figure = (value: number): string => Math.round(value).toLocaleString('en-US');
  const customers = `${figure(affectedCustomers)} customer${affectedCustomers === 1 ? '' : 's'}`;
  // Said where the incident is about less: what was counted is not its own.
  const ofWhat = covers.some(({ scope }) => scope === 'fleet') ? ' of the fleet' : '';
  const lost = cumulativeDollars >= 1 ? `, $${figure(cumulativeDollars)} so far` : '';
  return `: ${customers}${ofWhat}, $${figure(dollarsPerMinute)} a minute${lost}`;
};

/** Who is called, or what is asked for: whoever is woken by it reads that first. */
const callOf = ({ priority, escalation, request, widens }: z.infer<typeof pageSchema>): string => {
  const urgent = priority === undefined ? '' : `${priority} `;
  if (escalation !== undefined)
    return `${urgent}escalated to ${escalation.to.replace('_', ' ')} (${escalation.because}): `;
  if (widens !== undefined) {
    const { scope, key, reason } = widens;
    return `${urgent}now ${scope === 'fleet' ? 'the fleet' : `${scope.replace('_', ' ')} ${key}`} (${reason}): `;
  }
  return request === undefined ? urgent && `${urgent.trim()}: ` : `${urgent}${request.replace('_', ' ')} asked for: `;
};

/** Reads a page's body. */
export const pageTextOf = (body: Readonly<Record<string, unknown>>): PageText => {
  const page = pageSchema.parse(body);
  const { title, severity, at, service, region, rule, links, ...details } = page;
  const impact = impactSchema.safeParse(body['impact']);
  const headline = `${callOf(page)}${title}${impact.success ? whoIsHurt(impact.data) : ''}`;
  return { title: headline, severity, atMs: at, component: service, group: region, ruleClass: rule, links, details };
};
