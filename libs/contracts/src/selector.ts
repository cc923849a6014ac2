import { z } from 'zod';

/** What the subject of an alert may be chosen by. `rule` and `severity` are the alert's own, the others its subject's. */
export const SELECTOR_LABELS = ['rule', 'severity', 'region', 'pop', 'node', 'release', 'customer', 'tier'] as const;
/** What the subject of an alert may be chosen by. */
export type SelectorLabel = (typeof SELECTOR_LABELS)[number];

/**
 * Label → patterns. A subject fits when for each label one of the patterns fits; `*` stands for any characters. A subject that
 * lacks a label does not fit it.
 */
export const selectorSchema = z.partialRecord(
  z.enum(SELECTOR_LABELS),
  z.array(z.string().min(1).max(256)).min(1).max(100),
);
/** Label → patterns. */
export type Selector = z.infer<typeof selectorSchema>;
