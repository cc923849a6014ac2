import { fileURLToPath } from 'node:url';
import { ConfigError } from '#config';
import { estimateCost } from '#domain';
import { readCostModel } from './api.config.js';

const STUDY = fileURLToPath(new URL('../../../../costs/outage-2021-07-22.yml', import.meta.url));
const NO_FIGURES = { hours: 0, minutes: 0, affected_customers: 0, measured_dollars: 0 };
const model = readCostModel({ COST_MODEL_FILE: STUDY });
const { sections, prevention } = estimateCost(model, NO_FIGURES);
const section = (name: string) => sections.find((each) => each.section === name);
const dollarsOf = (name: string) => section(name)?.lines.flatMap(({ dollars }) => dollars ?? []);

describe('the costs of the study', () => {
  it('R94: e-commerce is $600M, $200M and $100M, $900M in all; 3 h 13 min would be $724M, which is noted and not used', () => {
    expect(dollarsOf('E-commerce')).toEqual([600e6, 200e6, 100e6]);
    expect(section('E-commerce')?.dollars).toBe(900e6);
    expect(section('E-commerce')?.lines.at(-1)).toMatchObject({
      text: expect.stringContaining('$724M'),
      dollars: null,
    });
  });
  it('R95: fees of trading are 0.2 % of $4.2B lost volume; 8.4 % of a day and 2 h are noted', () => {
    expect(dollarsOf('Trading')).toEqual([8.4e6, 15e6]);
    expect(section('Trading')?.lines[0]?.factors.map(({ value }) => value)).toEqual([4.2e9, 0.002]);
    expect(section('Trading')?.lines.at(-1)?.text).toBe(
      '2 h down; $4.2B is 8.4 % of a day of $50B, given without a derivation',
    );
  });
  it('R96: flights are $4.05M, with rebooking $6.15M', () => {
    expect(dollarsOf('Aviation')).toEqual([4.05e6, 2.1e6]);
    expect(section('Aviation')?.dollars).toBe(6.15e6);
  });
  it('R97: stocks are notes and add nothing', () => {
    expect(section('Stocks')?.dollars).toBeNull();
    expect(section('Stocks')?.lines.map(({ text, dollars }) => ({ text, dollars }))).toEqual(
      [
        'AKAM -4.2 %, recovered within 24 h',
        'cloud ETF -1.8 %',
        'airlines -2.1 %',
        'e-commerce -1.5 %',
        'technology -2 to -3 % at 12:50',
      ].map((text) => ({ text, dollars: null })),
    );
  });
  it('R98, C11: the incident is $1,167M, beside the note of the study', () => {
    expect(dollarsOf('Incident')).toEqual([900e6, 15e6, 2e6, 50e6, 200e6]);
    expect(section('Incident')?.dollars).toBe(1_167e6);
    expect(section('Incident')?.lines.at(-1)?.text).toContain('$1.17B+');
  });
  it('R99, C11: prevention is $39M with what is paid once, $29M without; 3,000 % gross, 2,900 % net', () => {
    expect(prevention?.lines.flatMap(({ dollars }) => dollars ?? [])).toEqual([5e6, 10e6, 20e6, 3e6, 1e6]);
    expect(prevention?.lines.filter(({ once }) => once).map(({ text }) => text)).toEqual(['Testing']);
    expect(prevention).toMatchObject({ dollars: 39e6, recurringDollars: 29e6, grossPercent: 3_000, netPercent: 2_900 });
  });
});

describe('a model of costs', () => {
  it('R100: takes figures of the incident where a formula names them', () => {
    const line = {
      line: 'Shops',
      factors: [
        { name: '$/h', value: 150e6 },
        { name: 'h', value: 'hours' as const },
      ],
      once: false,
    };
    const own = { sections: [{ section: 'E-commerce', lines: [line] }] };
    expect(estimateCost(own, { ...NO_FIGURES, hours: 0.5 }).sections[0]).toMatchObject({
      dollars: 75e6,
      lines: [{ factors: [{ value: 150e6 }, { name: 'h', value: 0.5 }] }],
    });
    expect(estimateCost(readCostModel({}), NO_FIGURES)).toEqual({ sections: [], prevention: null });
  });
  it('that cannot be read ends the start, with its place', () => {
    const wrong = fileURLToPath(new URL('../../../../mappings/vector.yml', import.meta.url));
    expect(() => readCostModel({ COST_MODEL_FILE: wrong })).toThrow(ConfigError);
    expect(() => readCostModel({ COST_MODEL_FILE: wrong })).toThrow(/vector\.yml:\d+:\d+/);
  });
});
