import { COMMAND_TTL_MS, type Event, event, type EventData } from '#contracts';
import { evolveFallback, type Fallback, isFallbackEvent } from './fallback.js';
import { command, type FallbackContext, noticeCase, SETUP, tellCustomer } from './fallback-command.js';
import { endNotice } from './notice.js';
import { describeUnwell, nextProvider, type Provider } from './provider.js';

/** How often it is tried to give a customer back before a person is called: giving back twice does no harm. */
export const RESTORES_MAX = 3;

/** What a person has to know of a fallback. */
export interface FallbackTrouble {
  readonly step: NonNullable<EventData<'IncidentEscalated'>['fallback']>['step'];
  readonly text: string;
}

/** A step, and what went wrong with it if a person has to know. */
export interface FallbackStep {
  readonly events: readonly Event[];
  readonly trouble?: FallbackTrouble;
}

const NOTHING: FallbackStep = { events: [] };
const FINAL_STATUSES: ReadonlySet<string> = new Set(['done', 'failed', 'refused']);

const end = (fallback: Fallback, because: string, context: FallbackContext): readonly Event[] => {
  const { fallbackId, outcomes } = fallback;
  // Whoever was told nothing is told nothing now.
  const notice = outcomes.some(({ isDone }) => isDone) ? { notice: endNotice(noticeCase(fallback, context)) } : {};
  return [event('FallbackEnded', { fallbackId, because: because.slice(0, 500), ...notice, at: context.at })];
};

const stop = (
  { fallbackId, customerId }: Fallback,
  step: FallbackTrouble['step'],
  because: string,
  at: number,
): FallbackStep => ({
  events: [event('FallbackStopped', { fallbackId, because: because.slice(0, 500), at })],
  trouble: { step, text: `customer ${customerId}: ${because}` },
});

/** What the providers of the command in hand answered on this tick; the first final answer of each counts. */
const takeAnswers = (fallback: Fallback, { answers, at }: FallbackContext): readonly Event[] => {
  const { fallbackId, commandId, state, tried, provider } = fallback;
  const step = state === 'setting_up' ? SETUP : 'undo';
  const expected: readonly Provider[] = state === 'setting_up' ? [provider] : tried;
  const told = new Set(fallback.answers.keys());
  // One that is stuck ends by an answer that says so, however many came before.
  if (state === 'stuck') for (const [each, status] of fallback.answers) if (status !== 'done') told.delete(each);
  return answers.flatMap(({ commandId: answered, nodeId, status, detail }) => {
    const from = expected.find((each) => each === nodeId);
    if (answered !== commandId || from === undefined || told.has(from) || !FINAL_STATUSES.has(status)) return [];
    told.add(from);
    return [event('FallbackAnswered', { fallbackId, step, provider: from, status, detail: detail.slice(0, 500), at })];
  });
};

const evolved = (fallback: Fallback, events: readonly Event[]): Fallback =>
  events.reduce(
    (before, each) => (isFallbackEvent(each) ? (evolveFallback(before, each) ?? before) : before),
    fallback,
  );

const isSilent = ({ commandedAtMs }: Fallback, at: number): boolean => at >= commandedAtMs + COMMAND_TTL_MS;
const SILENCE = `did not answer within ${COMMAND_TTL_MS / 1_000} s`;

/** After a provider that did not take the customer: the next one, or nobody. */
const moveOn = (fallback: Fallback, because: string, context: FallbackContext): FallbackStep => {
  const { at, unwell, recovered } = context;
  const { fallbackId, tried } = fallback;
  if (recovered !== undefined)
    return { events: [event('FallbackStopped', { fallbackId, because: because.slice(0, 500), at })] };
  const provider = nextProvider(unwell, tried);
  if (provider === undefined) return stop(fallback, 'no_provider', `${because}; ${describeUnwell(unwell, tried)}`, at);
  return { events: [event('FallbackProviderChanged', { fallbackId, provider, because: because.slice(0, 500), at })] };
};

const setUp = (fallback: Fallback, context: FallbackContext): FallbackStep => {
  const events = takeAnswers(fallback, context);
  const [answer] = events.flatMap((each) => (each.type === 'FallbackAnswered' ? [each.data] : []));
  const after = evolved(fallback, events);
  if (answer?.status === 'done') return { events: [...events, ...tellCustomer(after, context)] };
  if (answer === undefined && !isSilent(fallback, context.at)) return NOTHING;
  const because =
    answer === undefined
      ? `${fallback.provider} ${SILENCE}`
      : `${fallback.provider} answered ${answer.status}: ${answer.detail}`;
  const next = moveOn(after, because, context);
  return { ...next, events: [...events, ...next.events] };
};

const restore = (fallback: Fallback, context: FallbackContext): FallbackStep => {
  const events = takeAnswers(fallback, context);
  const { answers, tried, restores } = evolved(fallback, events);
  if (tried.every((each) => answers.get(each) === 'done'))
    return { events: [...events, ...end(fallback, `${tried.join(', ')} gave the customer back`, context)] };
  const failed = [...answers].find(([, status]) => status !== 'done');
  // One that failed is asked again when its time is over: what failed a moment ago would fail again.
  if (fallback.state === 'stuck' || !isSilent(fallback, context.at)) return { events };
  const missing = tried.filter((each) => !answers.has(each));
  const because =
    failed === undefined ? `${missing.join(', ')} ${SILENCE}` : `${failed[0]} answered ${failed[1]} to restore`;
  if (restores >= RESTORES_MAX) {
    const text = `${because}, the ${restores}. time: give the customer back by hand, and answer the command done`;
    const stopped = stop(fallback, 'restore', text, context.at);
    return { ...stopped, events: [...events, ...stopped.events] };
  }
  return { events: [...events, ...command(fallback, 'undo', because, context)] };
};

/** Whoever is chosen may be ill by now. */
const begin = (fallback: Fallback, context: FallbackContext): FallbackStep => {
  const { provider, because } = fallback;
  const { unwell, mayBegin } = context;
  const ill = unwell.get(provider);
  if (ill !== undefined) return moveOn(fallback, `${provider} ${ill}`, context);
  return mayBegin ? { events: command(fallback, SETUP, because, context) } : NOTHING;
};

const giveBack = (fallback: Fallback, recovered: string, context: FallbackContext): FallbackStep => {
  if (fallback.tried.length === 0) return { events: end(fallback, recovered, context) };
  return { events: command(fallback, 'undo', recovered, context) };
};

/** The next step of a fallback; nothing while it waits. */
export const decideFallbackStep = (fallback: Fallback, context: FallbackContext): FallbackStep => {
  const { recovered } = context;
  switch (fallback.state) {
    case 'decided':
      if (recovered !== undefined) return giveBack(fallback, recovered, context);
      return fallback.isDryRun ? NOTHING : begin(fallback, context);
    case 'setting_up':
      return setUp(fallback, context);
    case 'in_place':
    case 'stopped':
      return recovered === undefined ? NOTHING : giveBack(fallback, recovered, context);
    case 'restoring':
    case 'stuck':
      return restore(fallback, context);
    case 'ended':
      return NOTHING;
  }
};
