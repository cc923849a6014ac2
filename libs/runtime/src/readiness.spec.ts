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

  it('asks once for all who ask at once, and again for who asks later', async () => {
    const readiness = new Readiness();
    let asked = 0;
    readiness.add('database', async () => `asked ${(asked += 1)} times`);
    const together = await Promise.all([readiness.unready(), readiness.unready(), readiness.unready()]);
    expect(together.map(({ database }) => database)).toEqual(['asked 1 times', 'asked 1 times', 'asked 1 times']);
    expect(await readiness.unready()).toEqual({ database: 'asked 2 times' });
  });
});
