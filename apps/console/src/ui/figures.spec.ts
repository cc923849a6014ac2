import { count, latency, money, percent, share } from './figures.js';

describe('figures', () => {
  it.each([
    [count(1_204), '1,204'],
    [percent(23), '23.00 %'],
    [percent(null), '—'],
    [percent(100), '100.00 %'],
    [percent(99.996), '99.99 %'],
    [percent(0), '0.00 %'],
    [share(0.000_04), '0.01 %'],
    [share(0.0278), '2.78 %'],
    [money(673_000), '$673K'],
    [money(4_200_000), '$4.2M'],
    [latency(12_300), '12.3 ms'],
    [latency(5_046_270), '5.05 s'],
    [latency('timeout'), 'timeout'],
    [latency(null), '—'],
  ])('%s', (said, expected) => {
    expect(said).toBe(expected);
  });
});
