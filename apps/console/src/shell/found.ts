/** Something that can be gone to. */
export interface Goal {
  /** What it is: page, incident, rollout, alert, customer. */
  readonly kind: string;
  readonly name: string;
  /** What tells it from others of its name. */
  readonly detail: string;
  /** Path and query within the console. */
  readonly address: string;
}

/** As many as one sees at once; who looks for another one types a letter more. */
export const GOALS_MAX = 12;

/** 0: the name begins so, 1: a word of it does, 2: it stands somewhere; undefined: it is not there. */
const rankOf = ({ kind, name, detail }: Goal, words: readonly string[]): number | undefined => {
  const [all, own] = [`${kind} ${name} ${detail}`.toLowerCase(), name.toLowerCase()];
  if (!words.every((word) => all.includes(word))) return undefined;
  const [first = ''] = words;
  if (own.startsWith(first)) return 0;
  return own.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(first)) ? 1 : 2;
};

/** The goals in which every word of what was typed stands, those whose name begins with it first, and otherwise in their order. */
export const found = (goals: readonly Goal[], typed: string): readonly Goal[] => {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return goals
    .map((goal) => ({ goal, rank: rankOf(goal, words) }))
    .filter(({ rank }) => rank !== undefined)
    .toSorted((one, other) => (one.rank ?? 0) - (other.rank ?? 0))
    .slice(0, GOALS_MAX)
    .map(({ goal }) => goal);
};
