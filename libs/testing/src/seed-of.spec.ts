import { CI_SEED, seedOf } from './seed-of.js';

describe('the seed of what tests draw', () => {
  it.each([
    ['none, another in each run, where nothing is said', {}, undefined],
    ['none where CI is empty', { CI: '' }, undefined],
    ['the same each time in CI', { CI: 'true' }, CI_SEED],
    ['that of the variable', { FC_SEED: '-7' }, -7],
    ['that of the variable in CI too', { CI: 'true', FC_SEED: '0' }, 0],
    ['not that of another variable', { SEED: '7' }, undefined],
  ])('is %s', (_is, env, seed) => {
    expect(seedOf('FC_SEED', env)).toBe(seed);
  });

  it('is refused where it is no whole number: as none it would seem to have been repeated', () => {
    expect(() => seedOf('FC_SEED', { CI: 'true', FC_SEED: '1.5' })).toThrow('FC_SEED=1.5 is no whole number');
    expect(() => seedOf('SEED', { SEED: 'first' })).toThrow('SEED=first');
  });
});
