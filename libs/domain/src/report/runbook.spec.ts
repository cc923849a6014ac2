import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { isRefusal } from '#contracts';
import {
  decideRunbookResult,
  isCommandName,
  runbookOf,
  type RunbookCase,
  RUNBOOK_RESULTS_MAX,
  shellWord,
} from './runbook.js';

const of = (changes: Partial<RunbookCase> = {}): RunbookCase => ({
  incidentId: 'in1',
  rule: 'R14',
  zones: ['delta.com'],
  addresses: ['184.25.56.1'],
  family: 'release_region',
  key: 'v2.1.5+c42|us-east',
  fromMs: 1_626_954_000_000,
  untilMs: 1_626_954_600_000,
  ...changes,
});
const commandOf = (step: string, changes: Partial<RunbookCase> = {}): string | undefined =>
  runbookOf(of(changes)).find((each) => each.step === step)?.command;

const HOSTILE = [
  '-f /etc/passwd',
  '@evil',
  '+short',
  '$(id)',
  '`id`',
  'a;id',
  'a b',
  "a'b",
  'x\ny',
  '',
  'a|b',
  '>x',
  '\u0000',
  '-x.com',
];

describe('the runbook of an incident', () => {
  it('R55: holds the commands of the first phase, filled in, and what each answer means', () => {
    const steps = runbookOf(of());
    expect(steps.map(({ step }) => step)).toEqual([
      'dig',
      'nslookup',
      'resolver',
      'traceroute',
      'windows',
      'explain',
      'why-not',
      'impact',
    ]);
    expect(commandOf('dig')).toBe('dig @184.25.56.1 +tries=1 +time=2 -q delta.com -t A');
    expect(commandOf('nslookup')).toBe('nslookup -timeout=2 -retry=1 delta.com 184.25.56.1');
    expect(commandOf('resolver')).toBe('dig @1.1.1.1 +tries=1 +time=2 -q delta.com -t A');
    expect(commandOf('traceroute')).toBe('traceroute -w 1 -m 20 184.25.56.1');
    expect(commandOf('explain')).toBe('tocsin explain in1');
    expect(steps.every(({ means }) => means.length > 0)).toBe(true);
  });

  it.each([[[]], [['iad-01']]])('R55: without an address no node is asked, and a resolver is: %j', (addresses) => {
    const commands = ['dig', 'nslookup', 'traceroute'].map((step) => commandOf(step, { addresses }));
    expect(commands).toEqual(['', '', '']);
    expect(commandOf('resolver', { addresses })).toContain('@1.1.1.1');
  });

  it.each(HOSTILE)('R55: a name that is no name is in no command: %j', (zone) => {
    expect(isCommandName(zone)).toBe(false);
    expect(commandOf('dig', { zones: [zone, 'ups.com'] })).toContain('-q ups.com');
    expect(commandOf('dig', { zones: [zone] })).toBe('');
    expect(commandOf('traceroute', { addresses: [zone] })).toBe('');
  });

  it('R55: whatever a zone is called, nothing of it becomes a command or an option', () => {
    const name = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE), fc.domain());
    fc.assert(
      fc.property(name, name, (zone, node) => {
        for (const step of ['dig', 'nslookup', 'resolver', 'traceroute']) {
          const words = (commandOf(step, { zones: [zone], addresses: [node] }) ?? '').split(' ');
          for (const word of words) expect(word).toMatch(/^[A-Za-z0-9@+=._:-]*$/);
          const options = words.filter((word) => word.startsWith('-'));
          expect(['-q', '-t', '-timeout=2', '-retry=1', '-w', '-m']).toEqual(expect.arrayContaining(options));
        }
      }),
    );
  });

  it('a quoted word is one word to a shell, whatever is in it', () => {
    const word = fc
      .string({ unit: 'binary', minLength: 1 })
      .filter((text) => !text.includes('\u0000') && Buffer.from(text).toString() === text);
    const words = fc.sample(word, { numRuns: 200, seed: 7 }).concat(HOSTILE.filter((each) => !each.includes('\u0000')));
    const script = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
    const said = execFileSync('sh', ['-c', script]).toString('utf8').split('\u0000').slice(0, -1);
    expect(said).toEqual(words);
  });

  it('takes results of its own steps, up to a bound, for an incident that is there', () => {
    const told = { incidentId: 'in1', step: 'dig', output: 'NXDOMAIN' };
    const acting = { by: 'operator:alice', at: 1 };
    const decide = (known: { isOpened: boolean; results: number }, step = 'dig') => {
      const decided = decideRunbookResult(known, { ...told, step }, runbookOf(of()), acting);
      return isRefusal(decided) ? decided.refused : decided;
    };
    expect(decide({ isOpened: true, results: 0 })).toEqual([
      { type: 'RunbookResultAttached', data: { ...told, ...acting } },
    ]);
    expect(decide({ isOpened: true, results: 0 }, 'sudo')).toBe('NOT_FOUND');
    expect(decide({ isOpened: false, results: 0 })).toBe('NOT_FOUND');
    expect(decide({ isOpened: true, results: RUNBOOK_RESULTS_MAX })).toBe('RUNBOOK_RESULTS_TOO_MANY');
  });
});
