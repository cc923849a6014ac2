import { DAY, REAL_DAY_MINUTES } from './day.js';

const at = (row: string) => DAY.find((line) => line.row === row);

describe('the day', () => {
  it('R112-R159: 48 lines, in order of time, each in its row', () => {
    expect(DAY.map(({ row }) => row)).toEqual(Array.from({ length: 48 }, (_, index) => `R${112 + index}`));
    const minutes = DAY.map(({ minute }) => minute);
    expect(minutes).toEqual(minutes.toSorted((a, b) => a - b));
  });

  it.each([
    ['R112', '10:00', -107],
    ['R117', '11:30', -17],
    ['R118', '11:47', 0],
    ['R131', '12:40', 53],
    ['R152', '14:30', 163],
    ['R159', '15:30', 223],
  ])('%s is at %s, minute %i', (row, utc, minute) => {
    expect(at(row)).toMatchObject({ utc, minute });
  });

  it('the delays to beat are those of the lines', () => {
    expect(REAL_DAY_MINUTES).toEqual({
      paged: at('R123')?.minute,
      halted: at('R126')?.minute,
      acknowledged: at('R128')?.minute,
      rolledBack: at('R140')?.minute,
      recovered: at('R158')?.minute,
    });
  });
});
