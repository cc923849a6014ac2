import { z } from 'zod';
import { EXPLAINED_KINDS } from './explanation.js';

/** What is to be explained. */
export const explainedQuery = z.object({ kind: z.enum(EXPLAINED_KINDS), id: z.string().min(1).max(256) });

const ISO_DATE = z.iso.datetime({ offset: true });

/** People write dates, machines ms since the epoch. */
const moment = z.preprocess(
  (value) => (ISO_DATE.safeParse(value).success ? Date.parse(String(value)) : Number(value)),
  z.number('expected 2026-01-01T00:00:00Z, or ms since the epoch').int().nonnegative().max(8.64e15),
);

/** Of whom, and when; now without it. */
export const whyNotQuery = z.object({ subject: z.string().min(1).max(300).optional(), at: moment.optional() });
