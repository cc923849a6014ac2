import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs a command to its end and answers what it said; rejects when it fails. */
export const runCommand = async (command: string, words: readonly string[], cwd: string): Promise<string> => {
  const child = spawn(command, words, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  const text = Buffer.concat(said).toString();
  if (code !== 0) throw new Error(`${command} ${words[0]}: ended with ${code}: ${text.slice(-2_000)}`);
  return text;
};
