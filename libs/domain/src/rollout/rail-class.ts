import { RAILS } from './rails.js';
import type { RailClass } from './rail.js';

/** Rails of earlier versions, as the log has them. */
const FORMER: ReadonlyMap<string, RailClass> = new Map([['control_coverage', 'E']]);

/** The class of a rail by its name; one that is not known here binds, and can be opened by three people. */
export const classOfRail = (name: string): RailClass =>
  RAILS.find(({ rail }) => rail === name)?.class ?? FORMER.get(name) ?? 'S';
