import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArguments, UsageError } from './arguments.js';
import { readGateArguments } from './gate-arguments.js';
import { formatGate, simulateGate } from './gate-simulation.js';

const BUILD = ['simulate', '--failure-rate', '0.005', '--qps', '20'];
const directory = mkdtempSync(join(tmpdir(), 'tocsin-gate-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('tocsin gate simulate', () => {
  it('R37: says how often and how soon the canary stops a build, the same for the same seed', () => {
    const asked = readArguments(['gate', ...BUILD, '--plan', 'default', '--runs', '200', '--seed', '1', '--json']);
    if (asked.command !== 'gate simulate') throw new Error(asked.command);
    const report = simulateGate(asked);
    expect(report).toMatchObject({ stage: 'canary', runs: 200, stopped: 200, promoted: 0, undecided: 0 });
    expect(report).toMatchObject({ medianSecondsToStop: expect.any(Number), medianSecondsToPromote: null });
    expect(simulateGate(asked)).toEqual(report);
    expect(simulateGate({ ...asked, seed: 2 })).not.toEqual(report);
  });

  it('is a table for people', () => {
    const asked = readGateArguments([...BUILD, '--runs', '10', '--stage', 'early_adopter', '--control-qps', '0']);
    expect(formatGate(simulateGate(asked), asked)).toEqual([
      'early_adopter: 10 runs of a build that fails 0.5 % at 20 queries a second',
      'verdict    runs    share  median',
      // Nobody can say whether the build is to blame: a person is called.
      'stopped       0    0.0 %       -',
      'promoted      0    0.0 %       -',
      'undecided    10  100.0 %       -',
    ]);
  });

  it('R40: a plan that is not allowed is not simulated: what is wrong with it is told with its place', () => {
    const path = join(directory, 'plan.yml');
    const gate = '    gate:\n      failing: { healthy: 0.1 %, faulty: 0.3 % }\n';
    writeFileSync(path, `stages:\n  - name: all\n    share: 100 %\n    for: 30m\n${gate}`);
    const asked = readGateArguments([...BUILD, '--plan', path]);
    expect(formatGate(simulateGate(asked), asked)[0]).toContain('plan.yml:3:12: stages.0.share: expected at most 1 %');
  });

  it.each([
    [['simulate', '--qps', '20'], /expected --failure-rate/],
    [['simulate', '--failure-rate', '0.1'], /expected --qps/],
    [[...BUILD, '--runs', '1.5'], /--runs: expected a whole number/],
    [['simulate', '--failure-rate', '5', '--qps', '20'], /--failure-rate: expected a number from 0 to 1/],
    [[...BUILD, '--seed', ''], /--seed/],
    [['ask'], /expected gate simulate/],
    [[...BUILD, 'more'], /unexpected argument more/],
  ])('refuses %j', (args, message) => {
    expect(() => readGateArguments(args)).toThrow(message);
    expect(() => readGateArguments(args)).toThrow(UsageError);
  });

  it('a stage that is not in the plan is wrong usage', () => {
    expect(() => simulateGate(readGateArguments([...BUILD, '--stage', 'canray']))).toThrow(
      /expected canary, early_adopter/,
    );
  });
});
