import { createApiClient, openDoor } from './api-client.js';
import type { Asked } from './arguments.js';
import { verifyAudit } from './audit-verify.js';
import { formatVerification } from './audit-views.js';
import { readConnection } from './connection.js';
import { askCustomers, formatMoved } from './customers.js';
import { examine, formatFindings } from './doctor.js';
import { askDoor, watchRollout } from './door.js';
import { formatDoor } from './door-views.js';
import { EXIT, type Exit, type Shown } from './exit.js';
import { readExplained } from './explain.js';
import { formatGateAnswer, waitForGate } from './gate.js';
import { formatCost, formatImpact, readCost, readImpact } from './impact.js';
import { formatIncident, readId, readIncident } from './incident.js';
import { showList } from './list-pages.js';
import { askOnCall } from './on-call.js';
import { formatPostMortem, readPostMortem } from './post-mortem.js';
import { formatRunbook } from './report-views.js';
import { formatStatus, readStatus } from './status.js';
import { apiOf, paintOf, progressOf, type Surroundings, tellOf } from './surroundings.js';
import { formatRecorded, tailEvents } from './tail.js';

/** Between two tries to reach a server that is away. */
const PAUSE_MS = 1_000;
/** Between two questions about something that changes within minutes. */
const ASK_EVERY_MS = 5_000;
/** How often a verification is asked how far it is: a page of events takes some 20 ms. */
const VERIFY_EVERY_MS = 250;

type Command<C extends Asked['command']> = (
  asked: Extract<Asked, { command: C }>,
  at: Surroundings,
) => Promise<Shown | Exit>;

const shown = (json: unknown, lines: () => readonly string[], isFinding = false): Shown => ({
  json,
  lines,
  exit: isFinding ? EXIT.finding : EXIT.ok,
});

/** `latest` before the first incident is nothing wrong; an id that nobody knows is. */
const noIncident = (id: string, at: Surroundings): Shown => {
  tellOf(at)(id === 'latest' ? 'there has been no incident' : `there is no incident ${id}`);
  return { json: null, lines: () => [], exit: id === 'latest' ? EXIT.ok : EXIT.usage };
};

/** The fleet now. */
export const status: Command<'status'> = async (asked, at) => {
  const found = await readStatus(apiOf(asked, at));
  return shown(found, () => formatStatus(found, at.nowMs(), paintOf(at)), found.verdict !== 'well');
};

/** One incident. */
export const showIncident: Command<'incident show'> = async (asked, at) => {
  const report = await readIncident(apiOf(asked, at), asked.incidentId);
  if (report === undefined) return noIncident(asked.incidentId, at);
  const lines = () => formatIncident(report, at.nowMs(), paintOf(at));
  return shown(report, lines, report.incident.status !== 'resolved');
};

/** Events as they are recorded. */
export const tail: Command<'tail'> = async (asked, at) => {
  const api = apiOf(asked, at);
  const tell = tellOf(at);
  tell(`events of ${api.url.origin}, until Ctrl-C`);
  const paint = paintOf(at);
  await tailEvents({
    api,
    after: asked.after,
    filter: asked.filter,
    onEvent: (recorded) => at.print(asked.json ? JSON.stringify(recorded) : formatRecorded(recorded, paint)),
    onAway: tell,
    pause: () => at.pause(PAUSE_MS),
    isStopped: () => false,
  });
  return EXIT.ok;
};

/** Why, or why not. */
export const explain: Command<'explain'> = async (asked, at) => {
  const found = await readExplained(apiOf(asked, at), asked.wanted);
  return found === undefined ? noIncident('latest', at) : shown(found, () => found.lines);
};

/** Customers to or from a file. */
export const customers: Command<'customers'> = async (asked, at) => {
  const answer = await askCustomers(apiOf(asked, at), asked.wanted, progressOf(at, 'customers'));
  return shown(answer, () => formatMoved(answer));
};

/** Whom it hurts. */
export const impact: Command<'impact'> = async (asked, at) => {
  const found = await readImpact(apiOf(asked, at));
  return shown(found, () => formatImpact(found), found.affectedCustomers > 0);
};

/** What an incident costs. */
export const incidentCost: Command<'incident cost'> = async (asked, at) => {
  const api = apiOf(asked, at);
  const incidentId = await readId(api, asked.incidentId);
  if (incidentId === undefined) return noIncident('latest', at);
  const cost = await readCost(api, incidentId);
  return shown(cost, () => formatCost(cost), !cost.isOver);
};

/** What an incident was. */
export const postMortem: Command<'incident post-mortem'> = async (asked, at) => {
  const api = apiOf(asked, at);
  const incidentId = await readId(api, asked.incidentId);
  if (incidentId === undefined) return noIncident('latest', at);
  const answer = await readPostMortem(api, incidentId);
  return shown(answer, () => formatPostMortem(answer), answer.postMortem.resolvedAtMs === null);
};

/** What to look at first. */
export const runbook: Command<'incident runbook'> = async (asked, at) => {
  const api = apiOf(asked, at);
  const incidentId = await readId(api, asked.incidentId);
  if (incidentId === undefined) return noIncident('latest', at);
  const answer = await api.get(`/v1/incidents/${encodeURIComponent(incidentId)}/runbook`);
  return shown(answer, () => formatRunbook(answer));
};

/** Who is called. */
export const onCall: Command<'on-call'> = async (asked, at) => {
  const { json, lines, isFinding } = await askOnCall(apiOf(asked, at), asked.wanted, at.nowMs());
  return shown(json, () => lines, isFinding);
};

/** Whatever is one request, or a list of which there are several. */
export const door: Command<'door'> = async (asked, at) => {
  const api = apiOf(asked, at);
  const { shows, list, path } = asked.request;
  const show = (answer: unknown): void => {
    for (const line of asked.json ? [JSON.stringify(answer)] : formatDoor[shows](answer)) at.print(line);
  };
  if (list !== undefined) await showList(api, path, list, { show, tell: tellOf(at), progress: progressOf(at, 'rows') });
  else if (asked.watch)
    await watchRollout(api, asked, { onChange: show, pause: () => at.pause(ASK_EVERY_MS), onAway: tellOf(at) });
  else show(await askDoor(api, asked, at.terminal));
  return EXIT.ok;
};

/** Whether every event is what was appended. */
export const auditVerify: Command<'audit verify'> = async (asked, at) => {
  const parts = { progress: progressOf(at, 'events'), pause: () => at.pause(VERIFY_EVERY_MS) };
  const verification = await verifyAudit(apiOf(asked, at), asked.keptHeads, parts);
  const answer = shown(verification, () => formatVerification(verification), verification.status !== 'whole');
  return verification.status === 'failed' ? { ...answer, exit: EXIT.unreachable } : answer;
};

/** May the next stage begin. */
export const gateShow: Command<'gate show'> = async (asked, at) => {
  const waiting = { nowMs: at.nowMs, tell: tellOf(at), pause: () => at.pause(ASK_EVERY_MS) };
  const answer = await waitForGate(apiOf(asked, at), asked, waiting);
  return shown(answer, () => formatGateAnswer(answer), !answer.mayProceed);
};

/** Whether a page would go out. */
export const doctor: Command<'doctor'> = async (asked, at) => {
  const connection = readConnection(asked, at.environment, at.directory);
  const parts = { connection, api: createApiClient(connection, at.send), ask: openDoor(connection.url, at.send) };
  const findings = await examine({ ...parts, nowMs: at.nowMs, nodeVersion: process.version });
  const isBad = findings.some(({ state }) => state === 'bad');
  const isAway = findings.some(({ of, state }) => of === 'server' && state === 'bad');
  const answer = shown(findings, () => formatFindings(findings, paintOf(at)), isBad);
  return isAway ? { ...answer, exit: EXIT.unreachable } : answer;
};
