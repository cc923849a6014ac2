import { createHash } from 'node:crypto';
import { event, isRefusal, type Principal, refuse, type Refusal, type ReplyAction, streamOf } from '#contracts';
import { decideNote, evolveTended, isExternal, labelsOf, type TendedIncident } from '#domain';
import { actorOf, type Infrastructure } from '#runtime';
import type { AlertRow } from '#store';
import { acknowledge } from '../acknowledge.js';
import type { Actions } from '../actions.js';
import { appendAgain } from '../append-again.js';
import type { IncidentReport } from '../incident-report.js';
import type { Queries } from '../queries.js';
import { tellResolved } from './tell-resolved.js';

/** What replies are made with: the acts that REST and GraphQL use. */
export interface ReplyParts extends Pick<
  Infrastructure,
  'eventStore' | 'eventLog' | 'nodeKeys' | 'catalogue' | 'clock'
> {
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

/** Takes a reply, once; refused when it came before. */
const take = async (
  { eventStore, clock }: ReplyParts,
  replyId: string,
  action: ReplyAction | 'note',
  { incidentId, caller, via }: Reply,
): Promise<undefined | Refusal> => {
  const by = actorOf(caller);
  const taken = event('ReplyTaken', { replyId, incidentId, action, by, via, at: clock.nowMs() });
  const append = { stream: streamOf.reply(replyId), expectedVersion: 0, events: [taken] };
  const result = await eventStore.append([append], { actor: by, cause: `reply ${action}` });
  return 'conflict' in result ? usedFor(action) : undefined;
};

/** Says something in the timeline of an incident. */
const note = async (
  { eventStore, clock }: ReplyParts,
  { incidentId, caller, via }: Reply,
  text: string,
): Promise<undefined | Refusal> => {
  const by = actorOf(caller);
  const stream = streamOf.incident(incidentId);
  return appendAgain(eventStore, { actor: by, cause: `note on ${incidentId}` }, async () => {
    const recorded = await eventStore.readStream(stream);
    const [opened] = recorded;
    const tended = recorded.reduce<TendedIncident | undefined>(
      (before, each) => evolveTended(before, each.event),
      undefined,
    );
    if (opened === undefined || tended === undefined) return refuse('NOT_FOUND', `there is no incident ${incidentId}`);
    const openedAtMs = 'at' in opened.event.data ? opened.event.data.at : 0;
    const events = decideNote(tended, { text, via }, { by, at: Math.max(clock.nowMs(), openedAtMs) });
    if (isRefusal(events)) return events;
    return { stream, expectedVersion: recorded.at(-1)?.version ?? 0, events };
  });
};

/** The labels that all of these alerts share, and their rules: what is silenced is this incident, and nothing beside it. */
const selectorOf = ({ catalogue }: ReplyParts, alerts: readonly AlertRow[]) => {
  const { nodes, customers } = catalogue.current();
  const placeOf = ({ scope, key }: Pick<AlertRow, 'scope' | 'key'>) => {
    const node = nodes.find(({ nodeId, pop }) => (scope === 'node' ? nodeId === key : scope === 'pop' && pop === key));
    return { pop: node?.pop, region: node?.region, release: undefined };
  };
  const tierOf = (customerId: string) => customers.find((each) => each.customerId === customerId)?.tier;
  const [first = {}, ...rest] = alerts.map((alert) => labelsOf(alert, { placeOf, tierOf }));
  const shared = Object.entries(first).filter(([name, value]) =>
    rest.every((labels) => labels[name as keyof typeof labels] === value),
  );
  return {
    rule: [...new Set(alerts.map(({ rule }) => rule))].slice(0, 100),
    ...Object.fromEntries(shared.map(([name, value]) => [name, [value]])),
  };
};

const silence = async (
  parts: ReplyParts,
  { alerts, incident }: IncidentReport,
  reply: Reply,
): Promise<string | Refusal> => {
  const open = alerts.filter(isOpen);
  if (open.length === 0) return refuse('INCIDENT_NOT_OPEN', 'none of its alerts goes on: there is nothing to silence');
  const comment = `from the page of incident ${incident.incidentId}`;
  const wanted = { where: selectorOf(parts, open), durationMs: SILENCE_MS, comment };
  const set = await parts.actions.addSilence(wanted, reply.caller);
  if (isRefusal(set)) return set;
  await note(
    parts,
    reply,
    `silenced its ${open.length === 1 ? 'alert' : 'alerts'} for an hour: silence ${set.silenceId}`,
  );
  return `its alerts page nobody for an hour (silence ${set.silenceId})`;
};

/** Why a rollback cannot be asked for; undefined when it can, and of what. */
export const rollbackOf = ({
  rollbacks,
  incident,
}: IncidentReport): { readonly rollbackId: string } | { readonly rolloutId: string } | Refusal => {
  const proposed = rollbacks.find(({ status }) => status === 'proposed');
  if (proposed !== undefined) return { rollbackId: proposed.rollbackId };
  const [known] = rollbacks.filter(({ status }) => status !== 'refused' && status !== 'stopped');
  if (known !== undefined) return refuse('ROLLBACK_EXISTS', `rollback ${known.rollbackId} is ${known.status}`);
  const cause = incident.causes.find(({ kind, verdict }) => kind !== 'rules' && verdict !== 'ruled_out');
  return cause === undefined
    ? refuse('ROLLBACK_NOT_PROPOSED', 'no release is known that would explain it')
    : { rolloutId: cause.id };
};

const rollBack = async (parts: ReplyParts, report: IncidentReport, reply: Reply): Promise<string | Refusal> => {
  const what = rollbackOf(report);
  if (isRefusal(what)) return what;
  const comment = `from the page of incident ${reply.incidentId}`;
  const asked =
    'rollbackId' in what
      ? await parts.actions.approveRollback(what.rollbackId, comment, reply.caller)
      : await parts.actions.requestRollback(what.rolloutId, comment, reply.caller);
  if (isRefusal(asked)) return asked;
  await note(parts, reply, `asked for rollback ${asked.rollbackId}`);
  return `rollback ${asked.rollbackId} was asked for; the next tick decides, by its rails`;
};

const takeOn = async ({ eventStore, clock }: ReplyParts, reply: Reply): Promise<string | Refusal> =>
  (await acknowledge(eventStore, clock, { ...reply, note: '' })) ?? 'it is acknowledged';

/**
 * Says that it is over. Alerts of other systems are over when somebody says so; of those of our own the telemetry says it: they go on, so it
 * stays open, and who said so has taken it on.
 */
const resolve = async (parts: ReplyParts, { alerts }: IncidentReport, reply: Reply): Promise<string | Refusal> => {
  const open = alerts.filter(isOpen);
  const external = open.filter(isExternal);
  await tellResolved(parts, external, reply.caller);
  if (external.length === open.length) {
    await note(parts, reply, 'said that it is over');
    return 'it is over';
  }
  const left = open.length - external.length;
  const because = `its ${left === 1 ? 'alert goes' : `${left} alerts go`} on: it stays open until they are well`;
  const noted = await note(parts, reply, `said that it is over, but ${because}`.slice(0, TEXT_MAX));
  const taken = noted ?? (await takeOn(parts, reply));
  return isRefusal(taken) ? taken : `${because}; it is acknowledged`;
};

/** What people do from a page, through whichever door their answer comes. */
export const createReplyActs = (parts: ReplyParts) => {
  const run = async (action: ReplyAction, reply: Reply): Promise<string | Refusal> => {
    if (action === 'acknowledge') return takeOn(parts, reply);
    const report = await parts.queries.incident(reply.incidentId);
    if (isRefusal(report)) return report;
    if (action === 'silence') return silence(parts, report, reply);
    return action === 'resolve' ? resolve(parts, report, reply) : rollBack(parts, report, reply);
  };
  return {
    /** Does something once for a reply, however often that comes. */
    runOnce: async (replyId: string, action: ReplyAction, reply: Reply): Promise<string | Refusal> =>
      (await take(parts, replyId, action, reply)) ?? run(action, reply),
    /**
     * Does what may be done twice, until it was done for a reply, and then no more: one that failed half way is done when it comes again,
     * and one that comes again hours later does not take on what ran out meanwhile.
     */
    runUntilDone: async (replyId: string, action: ReplyAction, reply: Reply): Promise<string | Refusal> => {
      const earlier = await parts.eventStore.readStream(streamOf.reply(replyId));
      if (earlier.length > 0) return usedFor(action);
      const done = await run(action, reply);
      if (!isRefusal(done)) await take(parts, replyId, action, reply);
      return done;
    },
    noteOnce: async (replyId: string, reply: Reply, text: string): Promise<undefined | Refusal> =>
      (await take(parts, replyId, 'note', reply)) ?? note(parts, reply, text),
    incident: (incidentId: string) => parts.queries.incident(incidentId),
    preview: (rolloutId: string) => parts.actions.previewRollback(rolloutId),
  };
};

/** What people do from a page. */
export type ReplyActs = ReturnType<typeof createReplyActs>;
