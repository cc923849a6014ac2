import { z } from 'zod';

/** What a factor may take from the incident itself. */
export const INCIDENT_FIGURES = ['hours', 'minutes', 'affected_customers', 'measured_dollars'] as const;
/** What a factor may take from the incident itself. */
export type IncidentFigure = (typeof INCIDENT_FIGURES)[number];

const text = z.string().min(1).max(300);
const factor = z.strictObject({
  name: text,
  /** A number, or a figure of the incident. */
  value: z.union([z.number().nonnegative(), z.enum(INCIDENT_FIGURES)]),
});

/** One line: dollars are the product of its factors; a note is printed and counts nothing. */
const line = z.union([
  z.strictObject({ line: text, factors: z.array(factor).min(1).max(10), once: z.boolean().default(false) }),
  z.strictObject({ note: text }),
]);

/** Lines that belong together. */
const section = z.strictObject({ section: text, lines: z.array(line).min(1).max(50) });

/**
 * How costs are estimated beside the money that is measured: formulas as data. Estimates and measured money are never added up: the
 * same loss would count twice.
 */
export const costModelSchema = z.strictObject({
  /** What an incident costs. */
  sections: z.array(section).max(20).default([]),
  /** What it would cost each year to prevent it; `once` marks what is paid one time only. */
  prevention: section.optional(),
  /** The loss that prevention is held against; the study holds its rounded sum against it, not its exact one. */
  prevented: z.number().positive().optional(),
});
/** How costs are estimated. */
export type CostModel = z.infer<typeof costModelSchema>;
/** A section of a model. */
export type CostSection = z.infer<typeof section>;
