import type { WindowFigures } from './segment-windows.js';

/** What is known of one step: each key that occurs in it, or the one that was asked for. */
export type StepFigures = readonly (readonly [key: string, figures: WindowFigures])[];

interface Kept {
  readonly revisions: string;
  readonly figures: StepFigures;
}

/** What a step takes beside its figures, as measured: its name, its place in the map, the list. */
const STEP_BYTES = 264;
/** What a key takes with its eight figures, as measured, beside a name that is longer than a word. */
const FIGURES_BYTES = 265;
/** Days of the fleet and of its regions, at a few lengths of steps; beyond it the steps asked for longest ago are summed again. */
const KEPT_BYTES = 32 << 20;

const bytesOf = ({ revisions, figures }: Kept): number =>
  figures.reduce((sum, [key]) => sum + FIGURES_BYTES + key.length, STEP_BYTES + revisions.length);

/** Figures of steps whose minutes were all summed, by the revisions of those minutes. */
export class KeptSteps {
  private readonly kept = new Map<string, Kept>();
  private bytes = 0;

  constructor(private readonly bytesMax = KEPT_BYTES) {}

  /** undefined where the step is not known, or one of its minutes was summed again since. */
  find(name: string, revisions: string): StepFigures | undefined {
    const known = this.kept.get(name);
    if (known?.revisions !== revisions) return undefined;
    this.kept.delete(name);
    this.kept.set(name, known);
    return known.figures;
  }

  put(name: string, step: Kept): void {
    this.drop(name);
    this.kept.set(name, step);
    this.bytes += bytesOf(step);
    for (const oldest of this.kept.keys()) {
      if (this.bytes <= this.bytesMax) return;
      this.drop(oldest);
    }
  }

  private drop(name: string): void {
    const known = this.kept.get(name);
    if (known === undefined) return;
    this.kept.delete(name);
    this.bytes -= bytesOf(known);
  }
}
