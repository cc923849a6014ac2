import { z } from 'zod';
import { PROBLEM_ERRORS_MAX, type ProblemCode, PROBLEMS } from '../problem.js';

/** Items of the largest batch: as many customers or nodes as one request may register. */
const PROBLEM_RESULTS_MAX = 1_000;

const CODES = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

/** A refusal as it is answered: RFC 9457, with a code of the catalogue. `pointer` is a JSON pointer into the body or the name of a parameter. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(CODES),
    detail: z.string(),
    errors: z
      .array(z.object({ pointer: z.string(), detail: z.string() }))
      .max(PROBLEM_ERRORS_MAX)
      .optional(),
    results: z
      .array(z.object({ index: z.number().int(), result: z.enum(['refused', 'fits']), detail: z.string().optional() }))
      .max(PROBLEM_RESULTS_MAX)
      .optional(),
    traceId: z.string().optional(),
  })
  .meta({ id: 'Problem' });
