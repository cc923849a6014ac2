import { z } from 'zod';
import { readinessSchema } from '#contracts';
import { readAnswer } from './answers.js';
import type { ApiClient } from './api-client.js';
import type { Connection } from './connection.js';
import { bad, type Finding, look, QUESTIONS, type Question, well } from './doctor-questions.js';
import { formatDuration } from './figures.js';
import type { Paint } from './paint.js';

/** What the doctor looks with. */
export interface DoctorParts {
  readonly connection: Connection;
  readonly api: Pick<ApiClient, 'get'>;
  /** An address without a key: what it answers, in JSON, and when the server says that it is. */
  readonly ask: (path: string) => Promise<{ readonly body: unknown; readonly date: string | null }>;
  readonly nowMs: () => number;
  readonly nodeVersion: string;
}

/** The header tells whole seconds; keys, tokens, links and commands are judged within five. */
const SKEW_MS_MAX = 5_000;
/** `engines` of package.json. */
const NODE_MIN = [20, 19] as const;

/** Whether this Node runs Tocsin. */
export const nodeFinding = (version: string): Finding => {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const isNew = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  return isNew ? well('Node', version) : bad('Node', `${version}: Tocsin needs ${NODE_MIN.join('.')} or newer`);
};

/** Whether two clocks agree. */
export const clockFinding = (date: string | null, nowMs: number): Finding => {
  const serverMs = date === null ? NaN : Date.parse(date);
  if (Number.isNaN(serverMs)) return look('clock', 'the server does not say what time it is');
  const skewMs = Math.abs(nowMs - serverMs);
  return skewMs <= SKEW_MS_MAX
    ? well('clock', 'agrees with the server')
    : bad(
        'clock',
        `${formatDuration(skewMs)} apart from the server: tokens and links will be refused; check NTP on both`,
      );
};

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const answered = async ({ of, path, schema, judge }: Question<unknown>, api: DoctorParts['api']): Promise<Finding> => {
  try {
    return judge(readAnswer(schema, await api.get(path)));
  } catch (error) {
    if (error instanceof z.ZodError) return bad(of, 'the server answers what this version does not understand');
    return bad(of, reasonOf(error));
  }
};

const readyFindings = (body: unknown): readonly Finding[] => {
  const { unready, notices = {} } = readAnswer(readinessSchema, body);
  const parts = Object.entries(unready).map(([part, why]) => bad('ready', `${part}: ${why}`));
  const told = Object.entries(notices).map(([part, why]) => look('notice', `${part}: ${why}`));
  return [...(parts.length === 0 ? [well('ready', 'every part of the server does its work')] : parts), ...told];
};

/** Looks at everything that keeps a page from going out, nearest first; nothing behind a server that does not answer is asked. */
export const examine = async ({
  connection,
  api,
  ask,
  nowMs,
  nodeVersion,
}: DoctorParts): Promise<readonly Finding[]> => {
  const own = [nodeFinding(nodeVersion)];
  try {
    const health = await ask('/healthz');
    const found = [...own, well('server', connection.url.origin), clockFinding(health.date, nowMs())];
    const parts = readyFindings((await ask('/readyz')).body);
    const known = await answered(
      { of: 'key', path: '/v1/events/head', schema: z.unknown(), judge: () => well('key', 'is taken, and may look') },
      api,
    );
    const rest = known.state === 'bad' ? [] : await Promise.all(QUESTIONS.map((each) => answered(each, api)));
    return [...found, ...parts, known, ...rest];
  } catch (error) {
    return [...own, bad('server', reasonOf(error))];
  }
};

/** The findings, for people. */
export const formatFindings = (findings: readonly Finding[], paint: Paint): readonly string[] => {
  const marks = { well: paint.good('well'), look: paint.warn('look'), bad: paint.bad('bad ') } as const;
  const width = Math.max(...findings.map(({ of }) => of.length));
  return findings.map(({ of, state, says }) => `${marks[state]}  ${of.padEnd(width)}  ${says}`);
};
