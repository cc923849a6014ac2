import { z } from 'zod';
import { Refused } from './api-client.js';
import { type Asked, readArguments, UsageError } from './arguments.js';
import { completionScript } from './completion.js';
import { EXIT, type Exit, type Shown } from './exit.js';
import { helpText } from './help.js';
import * as here from './local-commands.js';
import { runProgram } from './processes.js';
import * as server from './server-commands.js';
import { type Surroundings, tellOf } from './surroundings.js';

const text = (lines: string): Shown => ({ json: lines, lines: () => [lines], exit: EXIT.ok });

const answerTo = (asked: Asked, at: Surroundings): Shown | Exit | Promise<Shown | Exit> => {
  switch (asked.command) {
    case 'help':
      return text(helpText(asked.of));
    case 'completion':
      return text(completionScript(asked.shell));
    case 'program':
      return runProgram(asked.program, asked.args);
    case 'status':
      return server.status(asked, at);
    case 'incident show':
      return server.showIncident(asked, at);
    case 'incident cost':
      return server.incidentCost(asked, at);
    case 'incident runbook':
      return server.runbook(asked, at);
    case 'incident post-mortem':
      return server.postMortem(asked, at);
    case 'impact':
      return server.impact(asked, at);
    case 'doctor':
      return server.doctor(asked, at);
    case 'customers':
      return server.customers(asked, at);
    case 'tail':
      return server.tail(asked, at);
    case 'explain':
      return server.explain(asked, at);
    case 'on-call':
      return server.onCall(asked, at);
    case 'door':
      return server.door(asked, at);
    case 'audit verify':
      return server.auditVerify(asked, at);
    case 'gate show':
      return server.gateShow(asked, at);
    case 'check':
      return here.check(asked, at);
    case 'on-call check':
      return here.onCallCheck(asked, at);
    case 'dnstap':
      return here.dnstap(asked, at);
    case 'replay':
    case 'backtest':
    case 'sweep':
      return here.replay(asked, at);
    case 'gate simulate':
      return here.gateSimulation(asked, at);
    case 'test':
      return here.ruleTests(asked, at);
  }
};

/** What a disk says of a file that somebody named. A connection has codes of its own, or one of these with `connect`. */
const OF_FILES: ReadonlySet<string> = new Set(
  'EACCES EDQUOT EEXIST EFBIG EISDIR EMFILE ENAMETOOLONG ENOENT ENOSPC ENOTDIR EPERM EROFS'.split(' '),
);

const isOfFile = (error: unknown): boolean => {
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  return OF_FILES.has(code) && syscall !== 'connect';
};

const exitOf = (error: unknown, tell: (line: string) => void): Exit => {
  if (error instanceof UsageError) {
    tell(`tocsin: ${error.message}\nTry tocsin --help`);
    return EXIT.usage;
  }
  if (error instanceof z.ZodError) {
    tell(`tocsin: the server answers what this version does not understand\n${z.prettifyError(error)}`);
    return EXIT.unreachable;
  }
  tell(`tocsin: ${error instanceof Error ? error.message : String(error)}`);
  return isOfFile(error) || (error instanceof Refused && error.status < 500) ? EXIT.usage : EXIT.unreachable;
};

/** Runs one command and tells how it ended; whatever goes wrong is said on the screen, in words. */
export const run = async (args: readonly string[], at: Surroundings): Promise<Exit> => {
  try {
    const asked = readArguments(args);
    const answer = await answerTo(asked, at);
    if (typeof answer === 'number') return answer;
    const isJson = 'json' in asked && asked.json;
    for (const line of isJson ? [JSON.stringify(answer.json)] : answer.lines()) at.print(line);
    return answer.exit;
  } catch (error) {
    return exitOf(error, tellOf(at));
  }
};
