import type { EventData, Reason } from '#contracts';
import { describeSubject, describeWindow } from '../rule/describe-subject.js';
import type { AlertSubject, Rule } from '../rule/rule.js';

/** A text is cut here, as the contract says. */
const TEXT_MAX = 2_000;

const wordsOf = ({ value, threshold, windowMs, text, detail }: Reason, subject: AlertSubject) => ({
  // A reason has no number for a timeout, or for nothing at all; its text says which.
  value: value === null ? text : String(Number(value.toFixed(2))),
  threshold: String(threshold),
  subject: describeSubject(subject),
  window: describeWindow(windowMs),
  detail: detail ?? text,
});

/** A text with the numbers of a reason in the place of `{{value}}` and its like; what is not known stays as it is written. */
export const renderText = (text: string, reason: Reason, subject: AlertSubject): string => {
  const words: Readonly<Record<string, string>> = wordsOf(reason, subject);
  const put = (whole: string, name: string): string => (Object.hasOwn(words, name) ? words[name]! : whole);
  return text.replaceAll(/\{\{\s*(\w{1,32})\s*\}\}/g, put).slice(0, TEXT_MAX);
};

/** What an alert says to people, beside its reason: what the rule has of labels, texts and runbook. */
export const tellingOf = (
  { labels = {}, annotations = {}, runbook }: Partial<Pick<Rule, 'labels' | 'annotations' | 'runbook'>>,
  reason: Reason,
  subject: AlertSubject,
): Pick<EventData<'AlertFired'>, 'labels' | 'annotations' | 'runbook'> => {
  const texts = Object.entries(annotations).map(([name, text]) => [name, renderText(text, reason, subject)] as const);
  return {
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(texts.length > 0 && { annotations: Object.fromEntries(texts) }),
    ...(runbook !== undefined && { runbook }),
  };
};
