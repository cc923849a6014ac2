import { OUTCOMES, type OutcomeClass } from '#contracts';

const CLASS_OF = new Map<number, OutcomeClass>(OUTCOMES.map((kind) => [kind.code, kind.class]));

/** The class of an outcome code. Decoders let no other code pass, so another one is a wrong program. */
export const classOf = (code: number): OutcomeClass => {
  const found = CLASS_OF.get(code);
  if (found === undefined) throw new Error(`classify outcome ${code}: there is no such code`);
  return found;
};

/** good / (good + bad), 0..1; without data it is unknown, never healthy. */
export const successRatio = ({ good, bad }: { readonly good: number; readonly bad: number }): number | 'unknown' =>
  good + bad === 0 ? 'unknown' : good / (good + bad);
