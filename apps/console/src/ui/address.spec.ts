import { readTexts } from './address.js';

describe('an address', () => {
  it('is read by the names that a page knows, as texts', () => {
    const read = readTexts('tier', 'find', 'sort');
    expect(read({ tier: 'tier1', find: 404, sort: '', page: 'x' })).toEqual({ tier: 'tier1', find: '404' });
    expect(read({ tier: ['tier1'], find: null, sort: { by: 'x' } })).toEqual({});
  });
});
