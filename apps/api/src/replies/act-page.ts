import { createHash } from 'node:crypto';
import type { ActLink, ReplyAction } from '#contracts';
import type { IncidentReport } from '../incident-report.js';
import type { PreviewReport } from '../rollback-acts.js';

/**
 * The page behind a link: facts and buttons, whole in itself. It loads nothing, runs nothing and can be read aloud; what is shown of an
 * incident came from outside, and is text.
 */

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 40rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.25rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
button { font: inherit; min-height: 2.75rem; padding: .5rem 1rem; margin: .25rem .5rem .25rem 0; }
form { display: inline; }
[role=status], [role=alert] { border-left: .25rem solid; padding: .25rem .75rem; }
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Nothing is loaded, nothing runs, nobody frames it, and its address, which is a key, is told to nobody and kept nowhere. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex',
  'cache-control': 'no-store',
};

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text in HTML. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (found) => ENTITIES[found] ?? '');

const page = (title: string, main: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main>
<h1>${escapeHtml(title)}</h1>
${main}
</main></body>
</html>
`;

/** What a link was refused for. */
export const refusalPage = (title: string, detail: string): string =>
  page(
    title,
    `<p role="alert">${escapeHtml(detail)}</p>\n<p>Nothing was done. Use the link of the newest page, or Tocsin itself.</p>`,
  );

const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

const factsOf = ({ incident, alerts, rollbacks }: IncidentReport): readonly (readonly [string, string])[] => {
  const { status, severity, openedAt, resolvedAt, owner, rule, scope, key, reason, impact, priority } = incident;
  const open = alerts.filter(({ state }) => state !== 'resolved').length;
  const [rollback] = rollbacks;
  return [
    ['State', `${status}${owner === null ? '' : `, ${owner} has it`}`],
    ['Severity', `${severity}${priority === null ? '' : `, ${priority}`}`],
    ['Since', iso(openedAt)],
    ...(resolvedAt === null ? [] : [['Until', iso(resolvedAt)] as const]),
    ['Where', `${scope.replace('_', ' ')} ${key}`],
    ['Why', `${rule}: ${reason.text}`],
    ['Alerts', `${open} of ${alerts.length} go on`],
    [
      'Customers',
      `${impact.affectedCustomers}, $${Math.round(impact.dollarsPerMinute).toLocaleString('en-US')} a minute`,
    ],
    ...(rollback === undefined ? [] : [['Rollback', `${rollback.rollbackId}: ${rollback.status}`] as const]),
  ];
};

const factList = (facts: readonly (readonly [string, string])[]): string =>
  `<dl>\n${facts.map(([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd>`).join('\n')}\n</dl>`;

const LABELS: Readonly<Record<ReplyAction, string>> = {
  acknowledge: 'Acknowledge',
  silence: 'Silence for 1 hour',
  resolve: 'It is over',
  roll_back: 'Roll back …',
};

const button = (action: ReplyAction, label: string, isConfirmed = false): string =>
  `<form method="post"><input type="hidden" name="action" value="${action}">${
    isConfirmed ? '<input type="hidden" name="confirm" value="yes">' : ''
  }<button type="submit">${escapeHtml(label)}</button></form>`;

/** The facts of an incident, and what may be done; `told` is what was done just now. */
export const incidentPage = (
  report: IncidentReport,
  { actions, person, expiresAtMs }: ActLink,
  canRollBack: boolean,
  told?: { readonly text: string; readonly isRefused: boolean },
): string => {
  const { title, status } = report.incident;
  const shown = actions.filter((action) => action !== 'roll_back' || canRollBack);
  const buttons =
    status === 'resolved'
      ? '<p>It is over: there is nothing left to do.</p>'
      : shown.map((each) => button(each, LABELS[each])).join('\n');
  return page(
    title,
    [
      told === undefined ? '' : `<p role="${told.isRefused ? 'alert' : 'status'}">${escapeHtml(told.text)}</p>`,
      factList(factsOf(report)),
      actions.length === 0 ? '' : `<h2>What to do</h2>\n${buttons}`,
      `<p><small>For ${escapeHtml(person)}, until ${iso(expiresAtMs)}. ${actions.length === 0 ? 'Nothing can be done with this address.' : 'Whoever has this address can do this once; each is recorded under that name.'}</small></p>`,
    ].join('\n'),
  );
};

/** Asks once more before a rollback, with what it would do. */
export const confirmPage = ({ incident }: IncidentReport, preview: PreviewReport | undefined): string => {
  const facts: readonly (readonly [string, string])[] =
    preview === undefined
      ? []
      : [
          ['From', `${preview.from.softwareVersion}+${preview.from.configRev}`],
          ['To', `${preview.to.softwareVersion}+${preview.to.configRev}`],
          ['First', preview.first.join(', ')],
        ];
  return page(
    `Roll back? ${incident.title}`,
    `${factList(facts)}\n<p>Its rails are judged by the next tick; what they refuse is not done.</p>\n${button('roll_back', 'Yes, roll back', true)}\n<p><a href="">No, go back</a></p>`,
  );
};
