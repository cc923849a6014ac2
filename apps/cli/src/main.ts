#!/usr/bin/env node
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createApiClient, Refused } from './api-client.js';
import { type Asked, readArguments, UsageError } from './arguments.js';
import { checkRules, formatCheck } from './check.js';
import { completionScript } from './completion.js';
import { readConnection } from './connection.js';
import { askCustomers, formatCustomers } from './customers.js';
import { formatCost, formatImpact, readCost, readImpact } from './impact.js';
import { examine, formatFindings } from './doctor.js';
import { openDoor } from './api-client.js';
import { runProgram } from './processes.js';
import { formatVerification } from './audit-views.js';
import { verifyAudit } from './audit-verify.js';
import { askDoor, processTerminal, watchRollout } from './door.js';
import { formatDoor } from './door-views.js';
import { formatDnstap, readDnstap } from './dnstap.js';
import { formatGate, simulateGate } from './gate-simulation.js';
import { readExplained } from './explain.js';
import { helpText } from './help.js';
import { formatGateAnswer, waitForGate } from './gate.js';
import { formatIncident, readId, readIncident } from './incident.js';
import { askNodeKeys, formatNodeKeys } from './node-key.js';
import { askOnCall } from './on-call.js';
import { checkOnCallFile, formatOnCallCheck } from './on-call-check.js';
import { createPaint, type Paint } from './paint.js';
import { formatPostMortem, readPostMortem } from './post-mortem.js';
import { formatRunbook } from './report-views.js';
import { askSilences, formatMaintenance, formatSilences, readMaintenance } from './quiet.js';
import { answerReplay } from './replay-command.js';
import type { ReplayAsked } from './replay-arguments.js';
import { formatRuleTests, junitOf, runRuleTests } from './rule-tests.js';
import { formatStatus, readStatus } from './status.js';
import { formatRecorded, tailEvents } from './tail.js';

const EXIT = { ok: 0, finding: 1, usage: 2, unreachable: 3 } as const;
/** One of these, or what a program that was started ended with. */
type Exit = number;
/** Between two tries to reach a server that is away. */
const PAUSE_MS = 1_000;
/** Between two questions about something that changes within minutes. */
const ASK_EVERY_MS = 5_000;
/** How often a verification is asked how far it is: a page of events takes some 20 ms. */
const VERIFY_EVERY_MS = 250;

// oxlint-disable-next-line no-restricted-properties -- ages shown to a person; nothing is decided by it
const nowMs = (): number => Date.now();
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const printJson = (value: unknown): void => print(JSON.stringify(value));
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

type Command<C extends Asked['command']> = (asked: Extract<Asked, { command: C }>, paint: Paint) => Promise<Exit>;

const apiOf = (asked: { readonly url: string | undefined; readonly key: string | undefined }) =>
  createApiClient(readConnection(asked, process.env, process.cwd()));

const status: Command<'status'> = async (asked, paint) => {
  const found = await readStatus(apiOf(asked));
  if (asked.json) printJson(found);
  else for (const line of formatStatus(found, nowMs(), paint)) print(line);
  return found.verdict === 'well' ? EXIT.ok : EXIT.finding;
};

const noIncident = (id: string, isJson: boolean): Exit => {
  tell(id === 'latest' ? 'there has been no incident' : `there is no incident ${id}`);
  if (isJson) printJson(null);
  return id === 'latest' ? EXIT.ok : EXIT.usage;
};

const showIncident: Command<'incident show'> = async (asked, paint) => {
  const report = await readIncident(apiOf(asked), asked.incidentId);
  if (report === undefined) return noIncident(asked.incidentId, asked.json);
  if (asked.json) printJson(report);
  else for (const line of formatIncident(report, nowMs(), paint)) print(line);
  return report.incident.status === 'resolved' ? EXIT.ok : EXIT.finding;
};

const tail: Command<'tail'> = async (asked, paint) => {
  const api = apiOf(asked);
  tell(`events of ${api.url.origin}, until Ctrl-C`);
  await tailEvents({
    api,
    after: asked.after,
    filter: asked.filter,
    onEvent: (recorded) => (asked.json ? printJson(recorded) : print(formatRecorded(recorded, paint))),
    onAway: tell,
    pause: () => sleep(PAUSE_MS),
    isStopped: () => false,
  });
  return EXIT.ok;
};

const explain: Command<'explain'> = async (asked) => {
  const found = await readExplained(apiOf(asked), asked.wanted);
  if (found === undefined) return noIncident('latest', asked.json);
  if (asked.json) printJson(found);
  else for (const line of found.lines) print(line);
  return EXIT.ok;
};

const nodeKey: Command<'node-key'> = async (asked) => {
  const answer = await askNodeKeys(apiOf(asked), asked.wanted);
  if (asked.json) printJson(answer);
  else for (const line of formatNodeKeys(answer)) print(line);
  return EXIT.ok;
};

const customers: Command<'customers'> = async (asked) => {
  const answer = await askCustomers(apiOf(asked), asked.wanted);
  if (asked.json) printJson(answer);
  else for (const line of formatCustomers(answer)) print(line);
  return EXIT.ok;
};

const impact: Command<'impact'> = async (asked) => {
  const found = await readImpact(apiOf(asked));
  if (asked.json) printJson(found);
  else for (const line of formatImpact(found)) print(line);
  return found.affectedCustomers === 0 ? EXIT.ok : EXIT.finding;
};

const incidentCost: Command<'incident cost'> = async (asked) => {
  const api = apiOf(asked);
  const incidentId = await readId(api, asked.incidentId);
  if (incidentId === undefined) return noIncident('latest', asked.json);
  const cost = await readCost(api, incidentId);
  if (asked.json) printJson(cost);
  else for (const line of formatCost(cost)) print(line);
  return cost.isOver ? EXIT.ok : EXIT.finding;
};

const postMortem: Command<'incident post-mortem'> = async (asked) => {
  const api = apiOf(asked);
  const incidentId = await readId(api, asked.incidentId);
  if (incidentId === undefined) return noIncident('latest', asked.json);
  const answer = await readPostMortem(api, incidentId);
  if (asked.json) printJson(answer);
  else for (const line of formatPostMortem(answer)) print(line);
  return answer.postMortem.resolvedAtMs === null ? EXIT.finding : EXIT.ok;
};

const runbook: Command<'incident runbook'> = async (asked) => {
  const api = apiOf(asked);
  const incidentId = await readId(api, asked.incidentId);
  if (incidentId === undefined) return noIncident('latest', asked.json);
  const answer = await api.get(`/v1/incidents/${encodeURIComponent(incidentId)}/runbook`);
  if (asked.json) printJson(answer);
  else for (const line of formatRunbook(answer)) print(line);
  return EXIT.ok;
};

const silence: Command<'silence'> = async (asked) => {
  const answer = await askSilences(apiOf(asked), asked.wanted);
  if (asked.json) printJson(answer);
  else for (const line of formatSilences(answer)) print(line);
  return EXIT.ok;
};

const maintenance: Command<'maintenance'> = async (asked) => {
  const answer = await readMaintenance(apiOf(asked));
  if (asked.json) printJson(answer);
  else for (const line of formatMaintenance(answer)) print(line);
  return EXIT.ok;
};

const onCall: Command<'on-call'> = async (asked) => {
  const { json, lines, isFinding } = await askOnCall(apiOf(asked), asked.wanted, nowMs());
  if (asked.json) printJson(json);
  else for (const line of lines) print(line);
  return isFinding ? EXIT.finding : EXIT.ok;
};

const onCallCheck: Command<'on-call check'> = async (asked) => {
  const report = checkOnCallFile(asked, nowMs());
  if (asked.json) printJson(report);
  else for (const line of formatOnCallCheck(report)) print(line);
  if (report.problems.some((problem) => /: cannot be read \(/.test(problem))) return EXIT.usage;
  return report.plan === null ? EXIT.finding : EXIT.ok;
};

const door: Command<'door'> = async (asked) => {
  const api = apiOf(asked);
  const show = (answer: unknown): void => {
    if (asked.json) printJson(answer);
    else for (const line of formatDoor[asked.request.shows](answer)) print(line);
  };
  if (asked.watch) await watchRollout(api, asked, show, () => sleep(ASK_EVERY_MS));
  else show(await askDoor(api, asked, processTerminal));
  return EXIT.ok;
};

const auditVerify: Command<'audit verify'> = async (asked) => {
  const parts = { screen: process.stderr, pause: () => sleep(VERIFY_EVERY_MS) };
  const verification = await verifyAudit(apiOf(asked), asked.keptHeads, parts);
  if (asked.json) printJson(verification);
  else for (const line of formatVerification(verification)) print(line);
  if (verification.status === 'failed') return EXIT.unreachable;
  return verification.status === 'whole' ? EXIT.ok : EXIT.finding;
};

const gateShow: Command<'gate show'> = async (asked) => {
  const waiting = { nowMs, tell, pause: () => sleep(ASK_EVERY_MS) };
  const answer = await waitForGate(apiOf(asked), asked, waiting);
  if (asked.json) printJson(answer);
  else for (const line of formatGateAnswer(answer)) print(line);
  return answer.mayProceed ? EXIT.ok : EXIT.finding;
};

const dnstap: Command<'dnstap'> = async (asked) => {
  const report = await readDnstap(asked.path, asked.zones);
  if (asked.json) printJson(report);
  else for (const line of formatDnstap(report)) print(line);
  if (report.end.kind === 'foreign') return EXIT.usage;
  return report.complete ? EXIT.ok : EXIT.finding;
};

const replay = async (asked: ReplayAsked, paint: Paint): Promise<Exit> => {
  const { env: environment, stderr: screen } = process;
  const answer = await answerReplay(asked, { environment, directory: process.cwd(), paint, screen, nowMs });
  if (asked.json) printJson(answer.json);
  else for (const line of answer.lines) print(line);
  return answer.isFinding ? EXIT.finding : EXIT.ok;
};

const ruleTests: Command<'test'> = async ({ paths, junit, json }, paint) => {
  const reports = paths.map((path) => runRuleTests(path, (name) => tell(`playing: ${name}`)));
  if (json) printJson(reports);
  else for (const report of reports) for (const line of formatRuleTests(report, paint)) print(line);
  if (junit !== undefined) writeFileSync(junit, `${junitOf(reports)}\n`);
  return reports.every(({ verdicts }) => verdicts.every(({ isPassed }) => isPassed)) ? EXIT.ok : EXIT.finding;
};

const check: Command<'check'> = async (asked) => {
  const report = checkRules(asked);
  if (asked.json) printJson(report);
  else for (const line of formatCheck(report)) print(line);
  if (report.problems.some((problem) => /: cannot be read \(/.test(problem))) return EXIT.usage;
  return report.set === null ? EXIT.finding : EXIT.ok;
};

const gate: Command<'gate simulate'> = async (asked) => {
  const report = simulateGate(asked);
  if (asked.json) printJson(report);
  else for (const line of formatGate(report, asked)) print(line);
  return report.problems === undefined ? EXIT.ok : EXIT.usage;
};

const doctor: Command<'doctor'> = async (asked, paint) => {
  const connection = readConnection(asked, process.env, process.cwd());
  const parts = { connection, api: createApiClient(connection), ask: openDoor(connection.url), nowMs };
  const findings = await examine({ ...parts, nodeVersion: process.version });
  if (asked.json) printJson(findings);
  else for (const line of formatFindings(findings, paint)) print(line);
  if (findings.some(({ of, state }) => of === 'server' && state === 'bad')) return EXIT.unreachable;
  return findings.some(({ state }) => state === 'bad') ? EXIT.finding : EXIT.ok;
};

const run = async (args: readonly string[]): Promise<Exit> => {
  const asked = readArguments(args);
  const paint = createPaint(process.stdout.isTTY, process.env);
  switch (asked.command) {
    case 'help':
      print(helpText());
      return EXIT.ok;
    case 'status':
      return status(asked, paint);
    case 'incident show':
      return showIncident(asked, paint);
    case 'incident cost':
      return incidentCost(asked, paint);
    case 'incident runbook':
      return runbook(asked, paint);
    case 'incident post-mortem':
      return postMortem(asked, paint);
    case 'impact':
      return impact(asked, paint);
    case 'doctor':
      return doctor(asked, paint);
    case 'completion':
      print(completionScript(asked.shell));
      return EXIT.ok;
    case 'program':
      return runProgram(asked.program, asked.args);
    case 'customers':
      return customers(asked, paint);
    case 'tail':
      return tail(asked, paint);
    case 'explain':
      return explain(asked, paint);
    case 'node-key':
      return nodeKey(asked, paint);
    case 'check':
      return check(asked, paint);
    case 'silence':
      return silence(asked, paint);
    case 'maintenance':
      return maintenance(asked, paint);
    case 'on-call':
      return onCall(asked, paint);
    case 'on-call check':
      return onCallCheck(asked, paint);
    case 'door':
      return door(asked, paint);
    case 'audit verify':
      return auditVerify(asked, paint);
    case 'gate show':
      return gateShow(asked, paint);
    case 'dnstap':
      return dnstap(asked, paint);
    case 'replay':
    case 'backtest':
    case 'sweep':
      return replay(asked, paint);
    case 'gate simulate':
      return gate(asked, paint);
    case 'test':
      return ruleTests(asked, paint);
  }
};

const exitOf = (error: unknown): Exit => {
  if (error instanceof UsageError) {
    tell(`tocsin: ${error.message}\nTry tocsin --help`);
    return EXIT.usage;
  }
  if (error instanceof z.ZodError) {
    tell(`tocsin: the server answers what this version does not understand\n${z.prettifyError(error)}`);
    return EXIT.unreachable;
  }
  tell(`tocsin: ${error instanceof Error ? error.message : String(error)}`);
  return error instanceof Refused && error.status < 500 ? EXIT.usage : EXIT.unreachable;
};

// A pipe that is closed (`| head`) is the reader's way to say that it has enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.finding),
);

process.exitCode = await run(process.argv.slice(2)).catch(exitOf);
