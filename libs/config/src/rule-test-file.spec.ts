import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRuleTestFile } from './rule-test-file.js';

describe('a file of rule tests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rule-test-file-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (change: string) => {
    const path = join(folder, 'a.yml');
    writeFileSync(
      path,
      `fleet: { release: v1+c1, regions: { eu: { nodes: 1 } } }
tests: [{ test: t, telemetry: [${change}], expect: [{ no: page, between: 0s..1s }] }]
`,
    );
    return readRuleTestFile(path);
  };

  it('has words for what is excluded and for customers who escalate', () => {
    const { config } = read('{ at: 1m30s, excluded: 2 %, escalates: [a, b], settles: [c] }');
    expect(config?.tests[0]?.telemetry).toEqual([
      { at: 90_000, where: {}, excluded: 0.02, escalates: ['a', 'b'], settles: ['c'] },
    ]);
  });

  it.each(['{ at: 1s, excluded: 2 }', '{ at: 1s, escalates: [] }', '{ at: 1s, settles: a }'])(
    '%s is refused',
    (change) => {
      expect(read(change).problems).toHaveLength(1);
    },
  );
});
