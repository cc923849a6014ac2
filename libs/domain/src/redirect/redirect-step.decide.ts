import { type Command, type CommandAnswer, COMMAND_TTL_MS, type Event, event, type EventData } from '#contracts';
import type { Redirect, RedirectPlan } from './redirect.js';

/** A place must be well for two minutes before its traffic comes back, in each of two windows of one minute. */
export const WELL_FOR_MS = 120_000;

/**
 * A place that is away for ten minutes and not known to be well is a person's matter: five times what it needs to be shown well, and
 * long enough that a fault which passes by itself wakes nobody.
 */
export const WAIT_TOLD_MS = 600_000;

/** Two windows of node health: after them neither holds what was before the move. */
const SETTLE_MS = 20_000;

/** What telemetry says of a redirect under way. */
export interface RedirectHealth {
  /** Whether those who took the traffic are well; undefined while nobody reports: silence is no reason to move anything. */
  readonly siblings: { readonly areWell: boolean | undefined; readonly detail: string };
  /** Whether the place itself is well again, for `WELL_FOR_MS`. */
  readonly place: { readonly isWell: boolean; readonly detail: string };
  /** Whether clients are answered by every node of the place that there still is. */
  readonly back: { readonly isBack: boolean; readonly detail: string };
}

/** What a step of a redirect needs beside its state. */
export interface RedirectContext {
  readonly at: number;
  readonly verifyMs: number;
  /** The generation the next command gets. */
  readonly generation: number;
  readonly answers: readonly CommandAnswer[];
  /** Off: nothing is commanded, and nothing comes back by itself, until somebody switches automation on. */
  readonly mayCommand: boolean;
  readonly healthOf: (redirect: Redirect, plan: RedirectPlan) => RedirectHealth;
  readonly commandIdOf: (redirectId: string, wave: number) => string;
  readonly sha256: (text: string) => string;
}

/** What a person has to know of a redirect. */
export interface RedirectTrouble {
  readonly step: NonNullable<EventData<'IncidentEscalated'>['redirect']>['step'];
  readonly text: string;
}

/** A step, and what went wrong with it if a person has to know. */
export interface RedirectStep {
  readonly events: readonly Event[];
  readonly trouble?: RedirectTrouble;
}

const NOTHING: RedirectStep = { events: [] };
const FINAL_STATUSES: ReadonlySet<string> = new Set(['done', 'failed', 'refused']);
/** What a person must do about nodes that did not come back. */
const BRING_BACK = 'bring its nodes back by hand: the incident stays open until all of them answer clients';
/** What a person must do about a place of which nobody knows whether it is well. */
const SHOW_WELL = 'probe its nodes, or give them traffic by hand: when they answer well it comes back by itself';
const WAVE_OF = { drain: 1, resume: 2 } as const;

const command = (
  { redirectId }: Redirect,
  plan: RedirectPlan,
  action: 'drain' | 'resume',
  because: string,
  context: RedirectContext,
): readonly Event[] => {
  const { at, generation, sha256, commandIdOf, mayCommand } = context;
  if (!mayCommand) return [];
  const wave = WAVE_OF[action];
  const commandId = commandIdOf(redirectId, wave);
  const audience = [...plan.nodes].sort((a, b) => (a < b ? -1 : 1));
  const issued: Command = {
    commandId,
    action,
    redirectId,
    wave,
    generation,
    service: plan.service,
    from: plan.release,
    to: plan.release,
    audience,
    audienceDigest: sha256(audience.join('\n')),
    issuedAtMs: at,
    expiresAtMs: at + COMMAND_TTL_MS,
    reason: because,
  };
  return [
    event('RedirectCommanded', { redirectId, action, commandId, generation, because, at }),
    event('CommandIssued', { command: issued }),
  ];
};

const giveBack = (redirect: Redirect, plan: RedirectPlan, trouble: string, context: RedirectContext): RedirectStep => ({
  events: command(redirect, plan, 'resume', trouble.slice(0, 500), context),
  trouble: { step: 'drain', text: trouble },
});

interface Taken {
  readonly events: readonly Event[];
  /** What a node answered that is not `done`. */
  readonly failed: string | undefined;
  readonly missing: number;
}

const takeAnswers = (redirect: Redirect, plan: RedirectPlan, { answers, at }: RedirectContext): Taken => {
  const { redirectId, commandId, state } = redirect;
  const action = state === 'draining' ? 'drain' : 'resume';
  const told = new Map(redirect.answers);
  const events: Event[] = [];
  for (const { commandId: answered, nodeId, status } of answers) {
    const isMeant = answered === commandId && plan.nodes.includes(nodeId) && FINAL_STATUSES.has(status);
    if (!isMeant || told.has(nodeId)) continue;
    told.set(nodeId, status);
    events.push(event('RedirectAnswered', { redirectId, action, nodeId, status, at }));
  }
  const failed = [...told].find(([, status]) => status !== 'done');
  const text = failed && `${action}: node ${failed[0]} answered ${failed[1]}`;
  return { events, failed: text, missing: plan.nodes.filter((nodeId) => !told.has(nodeId)).length };
};

const late = ({ commandedAtMs, state }: Redirect, plan: RedirectPlan, missing: number, at: number) => {
  if (missing === 0 || at < commandedAtMs + COMMAND_TTL_MS) return undefined;
  const action = state === 'draining' ? 'drain' : 'resume';
  return `${action}: ${missing} of ${plan.nodes.length} nodes did not answer within ${COMMAND_TTL_MS / 1_000} s`;
};

const drain = (redirect: Redirect, plan: RedirectPlan, context: RedirectContext): RedirectStep => {
  const { events, failed, missing } = takeAnswers(redirect, plan, context);
  const trouble = failed ?? late(redirect, plan, missing, context.at);
  if (trouble === undefined) return { events };
  const back = giveBack(redirect, plan, trouble, context);
  return { ...back, events: [...events, ...back.events] };
};

const resume = (redirect: Redirect, plan: RedirectPlan, context: RedirectContext): RedirectStep => {
  const { redirectId } = redirect;
  const { at } = context;
  const { events, failed, missing } = takeAnswers(redirect, plan, context);
  const trouble = failed ?? late(redirect, plan, missing, at);
  if (trouble !== undefined)
    return {
      events: [...events, event('RedirectStopped', { redirectId, because: trouble, at })],
      trouble: { step: 'resume', text: `${trouble}; ${BRING_BACK}` },
    };
  if (missing > 0) return { events };
  const because = `all ${plan.nodes.length} nodes serve again`;
  return { events: [...events, event('RedirectEnded', { redirectId, because, at })] };
};

/** Nobody shows that the place is well: said once, with what would show it. */
const tellWait = ({ redirectId }: Redirect, found: string, at: number): RedirectStep => {
  const because = `away for ${WAIT_TOLD_MS / 60_000} min, and not known to be well: ${found}`.slice(0, 500);
  return {
    events: [event('RedirectWaiting', { redirectId, because, at })],
    trouble: { step: 'wait', text: `${because}; ${SHOW_WELL}` },
  };
};

const watch = (redirect: Redirect, plan: RedirectPlan, context: RedirectContext): RedirectStep => {
  const { redirectId, state, drainedAtMs, verifiedAtMs, isWaitTold } = redirect;
  const { at, verifyMs } = context;
  const { siblings, place } = context.healthOf(redirect, plan);
  if (!isWaitTold && !place.isWell && at >= drainedAtMs + WAIT_TOLD_MS) return tellWait(redirect, place.detail, at);
  if (siblings.areWell === undefined || at < drainedAtMs + SETTLE_MS) return NOTHING;
  if (!siblings.areWell) return giveBack(redirect, plan, `the siblings suffer: ${siblings.detail}`, context);
  if (state === 'drained' && at < drainedAtMs + verifyMs) return NOTHING;
  if (state === 'drained') return { events: [event('RedirectVerified', { redirectId, because: siblings.detail, at })] };
  if (!place.isWell || at < verifiedAtMs + WELL_FOR_MS) return NOTHING;
  return { events: command(redirect, plan, 'resume', place.detail, context) };
};

/** A place that did not come back as commanded is over when it came back otherwise. */
const awaitBack = (redirect: Redirect, plan: RedirectPlan, context: RedirectContext): RedirectStep => {
  const { back } = context.healthOf(redirect, plan);
  if (!back.isBack) return NOTHING;
  const { redirectId } = redirect;
  return { events: [event('RedirectEnded', { redirectId, because: back.detail, at: context.at })] };
};

/** The next step of a redirect that is not over; nothing while it waits. */
export const decideRedirectStep = (redirect: Redirect, context: RedirectContext): RedirectStep => {
  const { plan } = redirect;
  if (plan === undefined) return NOTHING;
  switch (redirect.state) {
    case 'decided':
      return { events: command(redirect, plan, 'drain', plan.reason, context) };
    case 'draining':
      return drain(redirect, plan, context);
    case 'drained':
    case 'verified':
      return watch(redirect, plan, context);
    case 'resuming':
      return resume(redirect, plan, context);
    case 'stopped':
      return awaitBack(redirect, plan, context);
    case 'refused':
    case 'ended':
      return NOTHING;
  }
};
