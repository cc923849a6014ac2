import { EXTERNAL_LABELS_MAX, EXTERNAL_LINKS_MAX, EXTERNAL_TEXT_MAX, type ExternalAlertSignal } from '#contracts';

/** What a sender calls something; undefined where it says nothing. */
export const textOf = (value: unknown, charsMax: number): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, charsMax) : undefined;

/** An object as a sender wrote it; undefined for anything else. */
export const objectOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

/** Words of a sender as labels: what is longer is cut, what is more goes, the last by name. Empty ones say nothing. */
export const boundedLabels = (labels: Readonly<Record<string, unknown>>): Record<string, string> => {
  const texts = Object.entries(labels).flatMap(([name, value]): [string, string][] => {
    const isWord = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    const text = isWord ? String(value).slice(0, EXTERNAL_TEXT_MAX.value) : '';
    return text === '' || name === '' || name === '__proto__' ? [] : [[name.slice(0, EXTERNAL_TEXT_MAX.name), text]];
  });
  return Object.fromEntries(texts.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, EXTERNAL_LABELS_MAX));
};

/** Addresses that a person may follow: what is none is left out, since an alert never fails on its decoration. */
export const linksOf = (
  links: readonly { readonly href: unknown; readonly text: string }[],
): ExternalAlertSignal['links'] =>
  links
    .flatMap(({ href, text }) => {
      if (typeof href !== 'string' || href.length > 1_000 || !URL.canParse(href)) return [];
      const { protocol } = new URL(href);
      return protocol === 'https:' || protocol === 'http:' ? [{ href, text }] : [];
    })
    .slice(0, EXTERNAL_LINKS_MAX);
