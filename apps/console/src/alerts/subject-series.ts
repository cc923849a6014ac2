import type { Range } from '../time/range.js';

/** By what the outcomes of a subject are counted. */
export interface Subject {
  readonly family: 'fleet' | 'region' | 'pop' | 'release_region' | 'node' | 'customer';
  readonly key: string;
  /** Of nodes and customers there are thousands: the API answers ten minutes of them at once. */
  readonly isWide: boolean;
}

/** Ten minutes. */
export const WIDE_MS_MAX = 600_000;
/** How it was before, and that it stayed well after. */
const AROUND_MS = 120_000;
const MINUTE_MS = 60_000;

const FAMILIES: Readonly<Record<string, Pick<Subject, 'family' | 'isWide'>>> = {
  fleet: { family: 'fleet', isWide: false },
  region: { family: 'region', isWide: false },
  pop: { family: 'pop', isWide: false },
  release_region: { family: 'release_region', isWide: false },
  node: { family: 'node', isWide: true },
  customer: { family: 'customer', isWide: true },
};

/** By what is counted that which an alert is about; undefined: by nothing, as what is told from outside. */
export const familyOf = ({ scope, key }: { readonly scope: string; readonly key: string }): Subject | undefined => {
  const found = FAMILIES[scope];
  return found && { ...found, key };
};

interface Lasted {
  readonly begunAt: string;
  readonly resolvedAt: string | null;
}

/** The time of an alert with two minutes around it, in whole minutes; of one that is open until `now`. */
export const around = ({ begunAt, resolvedAt }: Lasted, now: number): Range => {
  const end = resolvedAt === null ? now : Date.parse(resolvedAt) + AROUND_MS;
  const from = Math.floor((Date.parse(begunAt) - AROUND_MS) / MINUTE_MS) * MINUTE_MS;
  return { from, to: Math.max(from + MINUTE_MS, Math.ceil(end / MINUTE_MS) * MINUTE_MS) };
};
