import { closedMinute } from './pop-minute.js';

describe('the minute of the PoPs', () => {
  it('is one minute that is closed, the same for all who look within five seconds', () => {
    const at = (second: number) => closedMinute(Date.UTC(2021, 6, 22, 11, 47, second));
    expect(at(16)).toEqual({ from: '2021-07-22T11:46:10.000Z', to: '2021-07-22T11:47:10.000Z' });
    expect(at(17)).toEqual(at(16));
    expect(at(18)).not.toEqual(at(16));
  });
});
