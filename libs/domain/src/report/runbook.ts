import { event, type EventOf, refuse, type Refusal } from '#contracts';
import type { Acting } from '../rule/acting.js';

/** A way to check an incident by hand, with its command filled in. */
export interface RunbookStep {
  /** By which results are attached. */
  readonly step: string;
  readonly what: string;
  /** To be pasted into a shell; empty: nothing of the incident fits into one. */
  readonly command: string;
  readonly means: readonly { readonly answer: string; readonly meaning: string }[];
}

/** What the commands are filled in with. */
export interface RunbookCase {
  readonly incidentId: string;
  readonly rule: string;
  /** Names of customers that are hurt, the worst first; as they were registered, whatever they are. */
  readonly zones: readonly string[];
  /** Of nodes that it is about, as far as the inventory has them: a name of ours is known to no resolver. */
  readonly addresses: readonly string[];
  /** `key` of the windows that show it: `fleet`, or a release and a region. */
  readonly family: string;
  readonly key: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Quotes a word for a POSIX shell; whatever is in it, it stays one word. */
export const shellWord = (word: string): string =>
  /^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:@%+,=-]*$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

/**
 * Names that a command may hold: letters, digits, hyphens and underscores in labels. Any other is left out, quoted or not: `-f` would be
 * an option of dig, and `@x` another server.
 */
const HOST =
  /^(?=.{1,253}\.?$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?$/;
const ADDRESS = /^[0-9A-Fa-f:.]{2,45}$/;

/** Whether a name may stand in a command. */
export const isCommandName = (name: string): boolean => HOST.test(name) || ADDRESS.test(name);

/** A resolver that is none of ours. */
const OTHER_RESOLVER = '1.1.1.1';

const command = (...words: readonly (string | undefined)[]): string =>
  words.includes(undefined) ? '' : words.map((word) => shellWord(word ?? '')).join(' ');

const asked = (zone: string | undefined, address: string | undefined): readonly RunbookStep[] => [
  {
    step: 'dig',
    what: 'Ask a node that it is about for a name of a customer that it hurts.',
    command: command('dig', address && `@${address}`, '+tries=1', '+time=2', '-q', zone, '-t', 'A'),
    means: [
      { answer: 'NXDOMAIN', meaning: 'the node denies a name that exists: its data or its memory is corrupt' },
      { answer: 'SERVFAIL', meaning: 'the node is up and cannot answer: look at what it loads' },
      { answer: 'connection timed out', meaning: 'the server process is gone, or the path to it is: see traceroute' },
      { answer: 'NOERROR with an address', meaning: 'this node answers: ask another one, or look at the path' },
    ],
  },
  {
    step: 'nslookup',
    what: 'Ask the same node as a client does, with its time-out.',
    command: command('nslookup', '-timeout=2', '-retry=1', zone, address),
    means: [
      { answer: 'an address', meaning: 'this node answers: ask another one, or look at the path' },
      { answer: 'a timeout', meaning: 'clients of this node get nothing: the server or the path to it is gone' },
      { answer: 'NXDOMAIN', meaning: 'clients are told that the name does not exist, and may keep that' },
    ],
  },
  {
    step: 'resolver',
    what: 'Ask a resolver that is not ours for the same name.',
    command: command('dig', `@${OTHER_RESOLVER}`, '+tries=1', '+time=2', '-q', zone, '-t', 'A'),
    means: [
      { answer: 'an address', meaning: 'the resolver reached another node, or has it cached: not everybody is hurt' },
      { answer: 'SERVFAIL or a timeout', meaning: 'resolvers reach no node that answers: customers are hurt now' },
      {
        answer: 'NXDOMAIN',
        meaning: 'the wrong answer is cached outside: it stays after the repair, for its negative TTL',
      },
    ],
  },
  {
    step: 'traceroute',
    what: 'Follow the path to the node.',
    command: command('traceroute', '-w', '1', '-m', '20', address),
    means: [
      { answer: 'it ends at the node', meaning: 'the network is well: the fault is in the server' },
      {
        answer: 'stars from some hop on',
        meaning: 'the path is lost there: a network fault, or a route that was withdrawn',
      },
    ],
  },
];

const told = ({ incidentId, rule, family, key, fromMs, untilMs }: RunbookCase): readonly RunbookStep[] => {
  const query = new URLSearchParams({ family, key, from: String(fromMs), to: String(untilMs) });
  return [
    {
      step: 'windows',
      what: 'Read the counts that it rests on.',
      command: `curl -sS -H "authorization: Bearer $TOCSIN_KEY" "$TOCSIN_URL"${shellWord(`/v1/windows?${query.toString()}`)}`,
      means: [
        { answer: 'failures in all windows', meaning: 'it goes on' },
        { answer: 'no windows', meaning: 'no telemetry came: nothing is known, which is not well' },
      ],
    },
    {
      step: 'explain',
      what: 'Read why it was opened, and what was done.',
      command: command('tocsin', 'explain', incidentId),
      means: [
        { answer: 'a rollback under way', meaning: 'automation acts: watch its waves' },
        { answer: 'a rail refused', meaning: 'nobody acts: a person must' },
      ],
    },
    {
      step: 'why-not',
      what: 'Read why the rule pages no more, or not again.',
      command: command('tocsin', 'explain', '--why-not', rule),
      means: [{ answer: 'silenced or in maintenance', meaning: 'somebody muted it: ask them' }],
    },
    {
      step: 'impact',
      what: 'Read whom it hurts now.',
      command: 'tocsin impact',
      means: [
        { answer: 'customers in more than one region', meaning: 'it is no local fault' },
        { answer: 'nobody', meaning: 'the repair works, or telemetry is missing: see windows' },
      ],
    },
  ];
};

/** The commands of the first phase of an incident, filled in (R55). */
export const runbookOf = (of: RunbookCase): readonly RunbookStep[] => [
  ...asked(
    of.zones.find(isCommandName),
    of.addresses.find((address) => ADDRESS.test(address)),
  ),
  ...told(of),
];

/** Results that an incident takes: a person pastes some dozens; more is a program. */
export const RUNBOOK_RESULTS_MAX = 100;

/** A person attaches what a step answered. */
export const decideRunbookResult = (
  known: { readonly isOpened: boolean; readonly results: number },
  told: { readonly incidentId: string; readonly step: string; readonly output: string },
  steps: readonly RunbookStep[],
  { by, at }: Acting,
): readonly EventOf<'RunbookResultAttached'>[] | Refusal => {
  const { incidentId, step, output } = told;
  if (!known.isOpened) return refuse('NOT_FOUND', `there is no incident ${incidentId}`);
  if (!steps.some((each) => each.step === step))
    return refuse('NOT_FOUND', `the runbook has no step ${step}: ${steps.map((each) => each.step).join(', ')}`);
  if (known.results >= RUNBOOK_RESULTS_MAX)
    return refuse('RUNBOOK_RESULTS_TOO_MANY', `${known.results} results are attached, ${RUNBOOK_RESULTS_MAX} may`);
  return [event('RunbookResultAttached', { incidentId, step, by, output, at })];
};
