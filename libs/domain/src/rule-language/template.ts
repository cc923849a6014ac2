import type { Tell } from './finding.js';

/** What a text for people may have filled in. */
export const PLACEHOLDERS = ['value', 'threshold', 'subject', 'window', 'detail'] as const;

const PLACEHOLDER = /\{\{\s*(.*?)\s*\}\}/g;
const KNOWN: ReadonlySet<string> = new Set(PLACEHOLDERS);

/** A text with its placeholders as they are filled in, `{{value}}`; tells those that do not exist. */
export const readTemplate = (text: string, tell: Tell): string => {
  for (const [, name = ''] of text.matchAll(PLACEHOLDER)) {
    if (KNOWN.has(name)) continue;
    const known = `there are ${PLACEHOLDERS.join(', ')}`;
    tell([], `there is no placeholder {{ ${name} }}: ${known}`, { word: name, known: PLACEHOLDERS });
  }
  if (/\{\{(?![^{]*\}\})/.test(text)) tell([], 'a placeholder {{ is not closed');
  return text.replaceAll(PLACEHOLDER, '{{$1}}');
};
