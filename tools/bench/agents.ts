import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FleetSize } from './fleet.js';

/** What the agents of a fleet do; they run in a process of their own, so that their cost can be told. */
export interface AgentsPlan {
  /** Of the broker. */
  readonly url: string;
  readonly fleet: FleetSize;
  /** Seconds of the fleet that go out at once. */
  readonly seconds: number;
  /** Instead: how many nodes send in real time, for how long, one phase after the other. */
  readonly phases?: readonly { readonly seconds: number; readonly nodes: number }[];
}

/** A line that the agents say. */
export type AgentsLine = Readonly<Record<'ready' | 'sent' | 'cpuSeconds' | 'second' | 'behindMs', number>>;

/** The running agents. */
export interface Agents {
  readonly lines: () => readonly Partial<AgentsLine>[];
  /** Lets a burst begin. */
  readonly go: () => void;
  readonly ended: Promise<void>;
}

const MAIN = fileURLToPath(new URL('./agents.main.js', import.meta.url));

/** Starts them. */
export const startAgents = (plan: AgentsPlan): Agents => {
  const child = spawn(process.execPath, [MAIN, JSON.stringify(plan)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: Partial<AgentsLine>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as Partial<AgentsLine>));
  const ended = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`bench: the agents ended with ${code}`);
  });
  return { lines: () => lines, go: () => void child.stdin.write('go\n'), ended };
};
