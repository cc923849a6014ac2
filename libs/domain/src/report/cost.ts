import type { CostModel, CostSection, IncidentFigure } from '#contracts';

/** What a formula may take from an incident. */
export type IncidentFigures = Readonly<Record<IncidentFigure, number>>;

/** A line with what it came to; a note has no dollars. */
export interface CostLine {
  readonly text: string;
  /** `$150,000,000/h × 4 h` in figures: factor names and values, in order. */
  readonly factors: readonly { readonly name: string; readonly value: number }[];
  readonly dollars: number | null;
  readonly once: boolean;
}

/** A section with its sum; null when it has notes only. */
export interface CostTable {
  readonly section: string;
  readonly lines: readonly CostLine[];
  readonly dollars: number | null;
}

/** What prevention costs, and what it returns. */
export interface PreventionCost extends CostTable {
  /** Without what is paid once. */
  readonly recurringDollars: number;
  /** Prevented loss for each dollar, per cent (C11). */
  readonly grossPercent: number | null;
  /** The same with what was spent taken off. */
  readonly netPercent: number | null;
}

/** A model with the figures of one incident. */
export interface CostEstimate {
  readonly sections: readonly CostTable[];
  readonly prevention: PreventionCost | null;
}

/** Products of decimal fractions are off in the last bit; money has cents. */
const cents = (dollars: number): number => Math.round(dollars * 100) / 100;

const tableOf = ({ section, lines }: CostSection, figures: IncidentFigures): CostTable => {
  const read = lines.map((line): CostLine => {
    if ('note' in line) return { text: line.note, factors: [], dollars: null, once: false };
    const factors = line.factors.map(({ name, value }) => ({
      name,
      value: typeof value === 'number' ? value : figures[value],
    }));
    const dollars = cents(factors.reduce((product, { value }) => product * value, 1));
    return { text: line.line, factors, dollars, once: line.once };
  });
  const counted = read.filter(({ dollars }) => dollars !== null);
  const dollars = counted.length === 0 ? null : cents(counted.reduce((sum, each) => sum + (each.dollars ?? 0), 0));
  return { section, lines: read, dollars };
};

const preventionOf = ({ prevention, prevented }: CostModel, figures: IncidentFigures): PreventionCost | null => {
  if (prevention === undefined) return null;
  const table = tableOf(prevention, figures);
  const once = table.lines.reduce((sum, line) => sum + (line.once ? (line.dollars ?? 0) : 0), 0);
  const spent = table.dollars ?? 0;
  const hasReturn = prevented !== undefined && spent > 0;
  return {
    ...table,
    recurringDollars: cents(spent - once),
    grossPercent: hasReturn ? cents((100 * prevented) / spent) : null,
    netPercent: hasReturn ? cents((100 * (prevented - spent)) / spent) : null,
  };
};

/** The model with an incident's figures (R100). Sections are not added up: a section may sum what others break down. */
export const estimateCost = (model: CostModel, figures: IncidentFigures): CostEstimate => ({
  sections: model.sections.map((section) => tableOf(section, figures)),
  prevention: preventionOf(model, figures),
});
