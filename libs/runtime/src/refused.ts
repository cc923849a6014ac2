import { isRefusal, type ProblemCode, refuse, type Refusal } from '#contracts';

/** A refusal on its way out of a route or resolver; becomes a problem document, or a GraphQL error with the code. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(readonly refusal: Refusal) {
    super(refusal.detail);
  }
}

/** Ends the request with a refusal. */
export const refused = (code: ProblemCode, detail: string, at?: string): Refused =>
  new Refused(refuse(code, detail, at));

/** The result; ends the request when it is a refusal. */
export const accepted = <T>(result: T | Refusal): T => {
  if (isRefusal(result)) throw new Refused(result);
  return result;
};
