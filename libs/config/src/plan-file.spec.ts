import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_PLAN, type RolloutPlan } from '#contracts';
import { readPlanFile } from './plan-file.js';

const directory = mkdtempSync(join(tmpdir(), 'tocsin-plan-'));
afterAll(() => rmSync(directory, { recursive: true }));

const read = (text: string, check: Parameters<typeof readPlanFile>[1] = () => []) => {
  const path = join(directory, 'plan.yml');
  writeFileSync(path, text);
  const { config, problems } = readPlanFile(path, check);
  return { config, problems: problems?.map((problem) => problem.replaceAll(`${directory}/`, '')) };
};

const percentText = (ratio: number): string => `${Number((100 * ratio).toPrecision(6))} %`;

/** A plan as a person writes it. */
const written = ({ stages }: RolloutPlan): string =>
  [
    'stages:',
    ...stages.flatMap(({ name, sharePercent, durationMs, gate }) => [
      `  - name: ${name}`,
      `    share: ${sharePercent} %`,
      `    for: ${durationMs / 60_000}m`,
      '    gate:',
      `      failing: { healthy: ${percentText(gate.failing.healthy)}, faulty: ${percentText(gate.failing.faulty)} }`,
      ...(gate.customerFailing === undefined ? [] : ['      customers: { healthy: 0.1 %, faulty: 0.3 % }']),
      ...(gate.noCustomerEscalations === true ? ['      no_escalations: true'] : []),
      ...(gate.impactScoreMax === undefined ? [] : [`      impact_max: ${gate.impactScoreMax}`]),
    ]),
  ].join('\n');

describe('a file of a plan', () => {
  it('R33: says what the default plan says', () => {
    expect(read(written(DEFAULT_PLAN))).toEqual({ config: DEFAULT_PLAN, problems: undefined });
  });

  it('R40: what is not allowed is told with its place', () => {
    const { problems } = read(written(DEFAULT_PLAN), () => [
      { path: ['stages', 0, 'sharePercent'], message: 'expected at most 1 %' },
    ]);
    const lines = ['plan.yml:3:12: stages.0.share: expected at most 1 %', '        share: 1 %', '               ^'];
    expect(problems).toEqual([lines.join('\n')]);
  });

  it('R40: a stage without a gate, and a word that is wrong, are told with their places', () => {
    const { problems = [] } = read('stages:\n  - name: canary\n    share: 1\n    four: 30m\n');
    expect(problems.map((problem) => problem.split('\n')[0])).toEqual([
      'plan.yml:2:5: stages.0.for: is missing',
      'plan.yml:2:5: stages.0.gate: is missing',
      'plan.yml:3:12: stages.0.share: expected per cent, such as 5 % or 0.05 %',
      'plan.yml:4:5: stages.0.four: there is no such key; did you mean for?',
    ]);
  });

  it('an approval and the length of the watch are said', () => {
    const text = written(DEFAULT_PLAN).replace('    for: 30m', '    for: 30m\n    approval: true');
    expect(read(`${text}\nwatch: 12h`).config).toMatchObject({
      stages: expect.arrayContaining([expect.objectContaining({ name: 'canary', needsApproval: true })]),
      watchMs: 43_200_000,
    });
  });

  it('a file that is not there is a problem', () => {
    expect(readPlanFile(join(directory, 'none.yml'), () => []).problems?.[0]).toContain('cannot be read');
  });
});
