import { z } from 'zod';
import { PROBLEM_ERRORS_MAX, type ProblemCode, PROBLEMS } from '../problem.js';

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
    traceId: z.string().optional(),
  })
  .meta({ id: 'Problem' });
