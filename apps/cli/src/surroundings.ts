import type { ApiClient } from './api-client.js';
import { createApiClient } from './api-client.js';
import { type Common, readConnection } from './connection.js';
import type { Terminal } from './door.js';
import { createPaint, type Paint } from './paint.js';
import { Progress, type ProgressScreen } from './progress.js';

/** What a command has of the process that runs it. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  /** Whether data goes to a terminal. */
  readonly isTerminal: boolean;
  /** Takes data, a line at a time. */
  readonly print: (line: string) => void;
  /** Where progress and what is said beside the data goes. */
  readonly screen: ProgressScreen;
  /** Where somebody is asked. */
  readonly terminal: Terminal;
  readonly nowMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** What sends requests. */
  readonly send: typeof fetch;
}

/** The API that is asked. */
export const apiOf = (asked: Pick<Common, 'url' | 'key'>, { environment, directory, send }: Surroundings): ApiClient =>
  createApiClient(readConnection(asked, environment, directory), send);

/** Says something beside the data. */
export const tellOf =
  ({ screen }: Surroundings) =>
  (text: string): void =>
    void screen.write(`${text}\n`);

/** How far something is. */
export const progressOf = ({ screen, nowMs }: Surroundings, unit: string): Progress =>
  new Progress(screen, unit, nowMs);

/** The colours of where data goes. */
export const paintOf = ({ isTerminal, environment }: Surroundings): Paint => createPaint(isTerminal, environment);
