import { count } from '../ui/figures.js';

/** An attempt to take a rollout back, as far as the next one hangs on it. */
export interface Attempt {
  readonly status: 'completed' | 'proposed' | 'refused' | 'requested' | 'running' | 'stopped';
}

/** Attempts of one rollout at most; the server refuses a further one. */
export const ATTEMPTS_MAX = 10;

/** Why no rollback can be asked for: `attempts`, the newest first, are those that there were. Undefined: it can, also after a refusal. */
export const whyNotAgain = (attempts: readonly Attempt[]): string | undefined => {
  const [newest] = attempts;
  if (newest === undefined) return undefined;
  if (newest.status === 'running' || newest.status === 'completed') return `A rollback of it is ${newest.status}.`;
  if (newest.status === 'requested') return 'It was asked for: the rails are judged now.';
  return attempts.length >= ATTEMPTS_MAX && newest.status === 'stopped'
    ? `It stopped ${attempts.length} times: another way is needed.`
    : undefined;
};

/** What an incident names that could be taken back. */
export interface Blamed {
  readonly causes: readonly { readonly kind: string; readonly verdict: string; readonly subjectId: string }[];
  readonly rollbacks: readonly { readonly rolloutId: string | null }[];
}

/** The rollouts that could be taken back for an incident, the likeliest cause first; a cause that is ruled out is none of them. */
export const rolloutsBlamed = ({ causes, rollbacks }: Blamed): readonly string[] => [
  ...new Set([
    ...causes.flatMap(({ kind, verdict, subjectId }) =>
      kind !== 'rules' && verdict !== 'ruled_out' ? [subjectId] : [],
    ),
    ...rollbacks.flatMap(({ rolloutId }) => rolloutId ?? []),
  ]),
];

/** The nodes that a rollout has brought its release to, each once, however many stages named it. */
export const reachedNodes = (stages: readonly { readonly nodes: readonly string[] }[]): number =>
  new Set(stages.flatMap(({ nodes }) => nodes)).size;

/** `1 node`, `16 nodes`. */
export const nodesSaid = (nodes: number): string => (nodes === 1 ? '1 node' : `${count(nodes)} nodes`);

/** Whom a rollout is for, in words: without names it is for every node. */
export const audienceOf = (nodes: readonly string[]): string =>
  nodes.length === 0 ? 'every node' : nodesSaid(nodes.length);
