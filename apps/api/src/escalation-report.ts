import type { CalledTarget } from '#contracts';
import type { EscalationRow } from '#store';

/** Who is called for an incident, and what happens next when nobody does anything. */
export interface EscalationReport {
  readonly policy: string;
  readonly state: EscalationRow['state'];
  readonly level: number;
  readonly levels: number;
  /** From 1, of `rounds`. */
  readonly round: number;
  readonly rounds: number;
  readonly because: string;
  /** Who took it on, or put it off. */
  readonly heldBy: string | null;
  /** What is done next, in words; null: nothing is. */
  readonly next: string | null;
  /** When, ms since the epoch. */
  readonly nextAt: number | null;
  readonly startedAt: number;
}

const nameOf = (target: CalledTarget): string => {
  if ('person' in target) return target.person;
  if ('schedule' in target) return `schedule ${target.schedule}`;
  return 'channel' in target ? `channel ${target.channel}` : 'the VP on duty';
};

const nextOf = ({ state, level, round, policy }: EscalationRow): string => {
  const levelWords = (next: number): string =>
    `level ${next} is called: ${(policy.levels[next - 1]?.call ?? []).map(nameOf).join(', ')}`;
  if (state !== 'running') return levelWords(level);
  if (level < policy.levels.length) return levelWords(level + 1);
  return round < policy.repeats ? `${levelWords(1)}, once more` : 'every channel is called, and nobody after that';
};

/** The escalation of an incident, for people. */
export const escalationReport = (row: EscalationRow): EscalationReport => {
  const { policy, state, level, round, because, heldBy, dueAt, startedAt } = row;
  return {
    policy: policy.policy,
    state,
    level,
    levels: policy.levels.length,
    round: round + 1,
    rounds: policy.repeats + 1,
    because,
    heldBy,
    next: dueAt === null ? null : nextOf(row),
    nextAt: dueAt,
    startedAt,
  };
};
