import { Readiness } from './readiness.js';

describe('Readiness', () => {
  it('names every part that is not ready, and shows nobody what an error says', async () => {
    const told: string[] = [];
    const readiness = new Readiness((name, error) => told.push(`${name}: ${error.message}`));
    readiness.add('ready', () => undefined);
    readiness.add('late', async () => 'it reads again');
    readiness.add('broken', () => {
      throw new Error('connect /secret/path');
    });
    expect(await readiness.unready()).toEqual({ late: 'it reads again', broken: 'its check failed; the log says why' });
    expect(told).toEqual(['broken: connect /secret/path']);
  });
});
