import { createHash } from 'node:crypto';
import {
  event,
  isPermitted,
  isRefusal,
  type Principal,
  refuse,
  type Refusal,
  type ReplyAction,
  type RequestFacts,
  streamOf,
} from '#contracts';
import { type Acting, isEndedByWord } from '#domain';
import { accepted, type Infrastructure } from '#runtime';
import type { AlertRow, StreamAppend } from '#store';
import { metadataOf, saying } from '../act-metadata.js';
import type { Actions } from '../actions.js';
import type { IncidentReport } from '../incident-report.js';
import { LIST_MAX } from '../list-query.js';
import type { Queries } from '../queries.js';
import { tendIncident } from '../tend-incident.js';
import { selectorsOf } from './page-silences.js';

/** What replies are made with: the acts that REST and GraphQL use. */
export interface ReplyParts extends Pick<Infrastructure, 'eventStore' | 'catalogue' | 'clock'> {
  readonly actions: Actions;
  readonly queries: Queries;
}

/** Somebody answers a page from where it reached them. */
export interface Reply {
  readonly incidentId: string;
  readonly caller: Principal;
  /** The receiver that it came back from: `slack`, `pagerduty`, `link`. */
  readonly via: string;
}

/** For how long a silence from a page lasts: who needs longer says so where the reason is written as well. */
const SILENCE_MS = 3_600_000;
const TEXT_MAX = 500;

const isOpen = ({ state }: AlertRow): boolean => state !== 'resolved' && state !== 'pending';

/** A reply by what it came with: the same request again has the same. */
export const replyIdOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);

const usedFor = (action: ReplyAction | 'note'): Refusal =>
  refuse('LINK_USED', `${action.replace('_', ' ')} was done with it already`);

const takenBy = (
  replyId: string,
  action: ReplyAction | 'note',
  { incidentId, via }: Reply,
  { by, at }: Acting,
): StreamAppend => {
  const taken = event('ReplyTaken', { replyId, incidentId, action, by, via, at });
  return { stream: streamOf.reply(replyId), expectedVersion: 0, events: [taken] };
};

/** Takes a reply, once; refused when it came before. */
const take = async (
  { eventStore, clock }: ReplyParts,
  replyId: string,
  action: ReplyAction | 'note',
  reply: Reply,
): Promise<undefined | Refusal> => {
  const metadata = metadataOf(reply.caller, `reply ${action}`);
  const append = takenBy(replyId, action, reply, { by: metadata.actor, at: clock.nowMs() });
  const result = await eventStore.append([append], metadata);
  return 'conflict' in result ? usedFor(action) : undefined;
};

const wasTaken = async ({ eventStore }: ReplyParts, replyId: string): Promise<boolean> =>
  (await eventStore.readStream(streamOf.reply(replyId))).length > 0;

const tendingOf = ({ eventStore, clock }: ReplyParts) => tendIncident({ store: eventStore, clock });

/** Its alerts page nobody for an hour, and nobody is called for it: who asks for quiet does not mean the pages alone. */
const silence = async (
  parts: ReplyParts,
  { alerts, incident }: IncidentReport,
  reply: Reply,
): Promise<string | Refusal> => {
  const open = alerts.filter(isOpen);
  if (open.length === 0) return refuse('INCIDENT_NOT_OPEN', 'none of its alerts goes on: there is nothing to silence');
  const selectors = selectorsOf(parts.catalogue.current(), open);
  if (isRefusal(selectors)) return selectors;
  const comment = `from the page of incident ${incident.incidentId}`;
  const silenceIds: string[] = [];
  for (const where of selectors) {
    const set = await parts.actions.addSilence({ where, durationMs: SILENCE_MS, comment }, reply.caller);
    if (isRefusal(set)) return set;
    silenceIds.push(set.silenceId);
  }
  const ids = `${silenceIds.length === 1 ? 'silence' : 'silences'} ${silenceIds.join(', ')}`;
  const tending = tendingOf(parts);
  const quiet = await tending.quiet(reply, SILENCE_MS, comment);
  if (isRefusal(quiet)) return quiet;
  const whose = open.length === 1 ? 'alert' : 'alerts';
  await tending.note(reply, `silenced its ${whose} for an hour: ${ids}`.slice(0, TEXT_MAX));
  return `its alerts page nobody for an hour (${ids}), and nobody is called for it until then`;
};

/** Score from which something speaks for a cause: it is blamed for a part, or its gate says to roll it back (`causes.decide.ts`). */
const SPOKEN_FOR_MIN = 0.3;

/** Why a rollback cannot be asked for; undefined when it can, and of what. */
export const rollbackOf = ({
  rollbacks,
  incident,
}: IncidentReport): { readonly rollbackId: string } | { readonly rolloutId: string } | Refusal => {
  const proposed = rollbacks.find(({ status }) => status === 'proposed');
  if (proposed !== undefined) return { rollbackId: proposed.rollbackId };
  const [known] = rollbacks.filter(({ status }) => status !== 'refused' && status !== 'stopped');
  if (known !== undefined) return refuse('ROLLBACK_EXISTS', `rollback ${known.rollbackId} is ${known.status}`);
  const causes = incident.causes.filter(({ kind, verdict }) => kind !== 'rules' && verdict !== 'ruled_out');
  const [first, second] = causes;
  if (first === undefined) return refuse('ROLLBACK_NOT_PROPOSED', 'no release is known that would explain it');
  const stands = (cause: typeof first): boolean => cause.verdict === 'proved' || cause.score >= SPOKEN_FOR_MIN;
  if (second !== undefined && first.verdict !== 'proved' && (!stands(first) || stands(second)))
    return refuse('ROLLBACK_NOT_PROPOSED', `${causes.length} releases may explain it: choose on its page`);
  return { rolloutId: first.id };
};

/** Who may not say yes to what was proposed asks for the same rollback himself, at once: an operator may (R31). */
const wishOf = (report: IncidentReport, caller: Principal): ReturnType<typeof rollbackOf> => {
  const what = rollbackOf(report);
  if (isRefusal(what) || 'rolloutId' in what || isPermitted(caller, 'approve_stage')) return what;
  const rolloutId = report.rollbacks.find(({ rollbackId }) => rollbackId === what.rollbackId)?.rolloutId;
  return typeof rolloutId === 'string'
    ? { rolloutId }
    : refuse('PERMISSION_DENIED', `role ${caller.role} may not approve rollback ${what.rollbackId}`);
};

const rollBack = async (parts: ReplyParts, report: IncidentReport, reply: Reply): Promise<string | Refusal> => {
  const what = wishOf(report, reply.caller);
  if (isRefusal(what)) return what;
  const comment = `from the page of incident ${reply.incidentId}`;
  const asked =
    'rolloutId' in what
      ? await parts.actions.requestRollback(what.rolloutId, comment, reply.caller)
      : await parts.actions.approveRollback(what.rollbackId, comment, reply.caller);
  if (isRefusal(asked)) return asked;
  await tendingOf(parts).note(reply, `asked for rollback ${asked.rollbackId}`);
  return `rollback ${asked.rollbackId} was asked for; the next tick decides, by its rails`;
};

const takeOn = async (parts: ReplyParts, reply: Reply): Promise<string | Refusal> =>
  (await tendingOf(parts).acknowledge(reply, '')) ?? 'it is acknowledged';

/** What Tocsin does about an incident that keeps it open though no alert goes on. */
const underWay = async (
  { queries }: ReplyParts,
  { incident: { incidentId }, rollbacks, redirects }: IncidentReport,
): Promise<string | undefined> => {
  const rollback = rollbacks.find(({ status }) => status === 'running');
  if (rollback !== undefined) return `rollback ${rollback.rollbackId} is under way: it stays open until that ends`;
  const redirect = redirects.find(({ status }) => status !== 'refused' && status !== 'ended');
  if (redirect !== undefined) return `redirect ${redirect.redirectId} is not taken back: it stays open until then`;
  const fallbacks = accepted(
    await queries.fallbacks({ incidentId, statuses: ['decided', 'running', 'stopped'], limit: LIST_MAX }),
  );
  return fallbacks.items.some(({ isDryRun }) => !isDryRun)
    ? 'customers are with another provider: it stays open until they are back'
    : undefined;
};

/**
 * Who says it, why, and under a key of the reply: where it comes again after it failed half way, it is recorded once within a day, and told
 * to the log again.
 */
const endingBy = ({ caller, incidentId }: Reply, replyId: string): Principal => ({
  ...saying(caller, `from the page of incident ${incidentId}`),
  terms: { once: { subject: caller.subject, key: `reply-${replyId}`, hash: replyId } },
});

/** Ends those alerts that end when somebody says so, as whoever says it of one of them does. */
const endByWord = async (
  { actions }: ReplyParts,
  alerts: readonly AlertRow[],
  caller: Principal,
): Promise<undefined | Refusal> => {
  if (alerts.length === 0) return undefined;
  const ended = await actions.resolveAlerts(
    alerts.map(({ alertId }) => alertId),
    caller,
  );
  // All of them ended by themselves meanwhile: that is what was asked for.
  return isRefusal(ended) && ended.refused !== 'ALERT_NOT_OPEN' ? ended : undefined;
};

/**
 * Says that it is over. Alerts of other systems are over when somebody says so; of those of our own the telemetry says it: while they go on,
 * or Tocsin acts, it stays open, and who said so has taken it on.
 */
const resolve = async (
  parts: ReplyParts,
  report: IncidentReport,
  reply: Reply,
  replyId: string,
): Promise<string | Refusal> => {
  const tending = tendingOf(parts);
  const open = report.alerts.filter(isOpen);
  const ended = open.filter(isEndedByWord);
  const refusal = await endByWord(parts, ended, endingBy(reply, replyId));
  if (refusal !== undefined) return refusal;
  const left = open.length - ended.length;
  const goesOn = `its ${left === 1 ? 'alert goes' : `${left} alerts go`} on: it stays open until they are well`;
  const because = left > 0 ? goesOn : await underWay(parts, report);
  if (because === undefined) {
    // What was said of its alerts stands in its timeline, with who and why.
    const noted = ended.length > 0 ? undefined : await tending.note(reply, 'said that it is over');
    return noted ?? 'it is over';
  }
  const noted = await tending.note(reply, `said that it is over, but ${because}`.slice(0, TEXT_MAX));
  const taken = noted ?? (await takeOn(parts, reply));
  return isRefusal(taken) ? taken : `${because}; it is acknowledged`;
};

/** What comes through these doors asks no guard: whoever answers a page may do what an operator does, or is refused here. */
const refuseCaller = ({ role, ...caller }: Principal): Refusal | undefined =>
  isPermitted(caller, 'operate') ? undefined : refuse('PERMISSION_DENIED', `role ${role} may not operate`);

/** What people do from a page, through whichever door their answer comes. */
export const createReplyActs = (parts: ReplyParts) => {
  const run = async (replyId: string, action: ReplyAction, reply: Reply): Promise<string | Refusal> => {
    if (action === 'acknowledge') return takeOn(parts, reply);
    const report = await parts.queries.incident(reply.incidentId);
    if (isRefusal(report)) return report;
    if (action === 'silence') return silence(parts, report, reply);
    return action === 'resolve' ? resolve(parts, report, reply, replyId) : rollBack(parts, report, reply);
  };
  const runUntilDone = async (replyId: string, action: ReplyAction, reply: Reply): Promise<string | Refusal> => {
    const refusal = refuseCaller(reply.caller);
    if (refusal !== undefined) return refusal;
    if (await wasTaken(parts, replyId)) return usedFor(action);
    const done = await run(replyId, action, reply);
    if (!isRefusal(done)) await take(parts, replyId, action, reply);
    return done;
  };
  return {
    /**
     * Does something once for a reply, however often that comes. That it is over may be said twice: it is taken when it was done, so that
     * one that failed half way can be said again.
     */
    runOnce: async (replyId: string, action: ReplyAction, reply: Reply): Promise<string | Refusal> =>
      action === 'resolve'
        ? runUntilDone(replyId, action, reply)
        : (refuseCaller(reply.caller) ?? (await take(parts, replyId, action, reply)) ?? run(replyId, action, reply)),
    /**
     * Does what may be done twice, until it was done for a reply, and then no more: one that failed half way is done when it comes again,
     * and one that comes again hours later does not take on what ran out meanwhile.
     */
    runUntilDone,
    /** Says something in the timeline once for a reply: both are appended, or neither. */
    noteOnce: async (replyId: string, reply: Reply, text: string): Promise<undefined | Refusal> =>
      refuseCaller(reply.caller) ??
      tendingOf(parts).note(reply, text, {
        refused: async () => ((await wasTaken(parts, replyId)) ? usedFor('note') : undefined),
        taken: (acting) => takenBy(replyId, 'note', reply, acting),
      }),
    /** The incident of the page that a receiver calls so. */
    incidentPagedAs: (receiver: string, receiverId: string) => parts.queries.incidentPagedAs(receiver, receiverId),
    incident: (incidentId: string) => parts.queries.incident(incidentId),
    preview: (rolloutId: string) => parts.actions.previewRollback(rolloutId),
  };
};

/** What people do from a page. */
export type ReplyActs = ReturnType<typeof createReplyActs>;

/** The same, asked for by a request: what is recorded names it. */
export const askedBy = (acts: ReplyActs, request: RequestFacts): ReplyActs => {
  const named = (reply: Reply): Reply => ({ ...reply, caller: { ...reply.caller, request } });
  return {
    ...acts,
    runOnce: (replyId, action, reply) => acts.runOnce(replyId, action, named(reply)),
    runUntilDone: (replyId, action, reply) => acts.runUntilDone(replyId, action, named(reply)),
    noteOnce: (replyId, reply, text) => acts.noteOnce(replyId, named(reply), text),
  };
};
