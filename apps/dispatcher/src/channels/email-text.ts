import type { OutgoingDelivery } from './channel.js';
import { factLines, headlineOf, type PageText } from './page-text.js';

const FOOT = 'Sent by Tocsin. Answers to this mail are not read.';

/** A page as plain text: what a watch, a pager gateway and a search show. */
export const emailText = (delivery: OutgoingDelivery, page: PageText): string =>
  [
    headlineOf(delivery, page),
    '',
    ...factLines(page),
    '',
    ...page.links.map(({ href, text }) => `${text}: ${href}`),
    ...(page.links.length === 0 ? [] : ['']),
    FOOT,
    '',
  ].join('\n');

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);

const HEAD = '<!doctype html><html><head><meta charset="utf-8"></head><body style="font-family:sans-serif">';
const CELL = 'style="padding:2px 12px 2px 0;vertical-align:top"';

/** The same as a table; nothing in it is fetched from anywhere. */
export const emailHtml = (delivery: OutgoingDelivery, page: PageText): string => {
  const rows = page.facts.map(
    ({ name, text }) =>
      `<tr><th align="left" ${CELL}>${escapeHtml(name)}</th><td ${CELL}>${escapeHtml(text)}</td></tr>`,
  );
  const links = page.links.map(({ href, text }) => `<p><a href="${escapeHtml(href)}">${escapeHtml(text)}</a></p>`);
  return [
    HEAD,
    `<h3>${escapeHtml(headlineOf(delivery, page))}</h3>`,
    `<table>${rows.join('\n')}</table>`,
    ...links,
    `<p><small>${FOOT}</small></p>`,
    '</body></html>',
    '',
  ].join('\n');
};
