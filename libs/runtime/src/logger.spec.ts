import { loggedError } from './logger.js';

describe('an error in the log', () => {
  it('keeps what explains it', () => {
    const error = Object.assign(new TypeError('outer', { cause: new Error('inner') }), { code: '57P01' });
    expect(loggedError(error)).toMatchObject({
      type: 'TypeError',
      message: 'outer',
      code: '57P01',
      cause: { message: 'inner' },
    });
    expect(loggedError('text')).toMatchObject({ message: 'text' });
  });

  it('leaves out what a library hangs on it', () => {
    const error = Object.assign(new Error('gone'), { client: { password: 'canary' } });
    expect(JSON.stringify(loggedError(error))).not.toContain('canary');
  });

  it('ends with a chain that bites its tail', () => {
    const error: Error = new Error('loop');
    error.cause = error;
    expect(JSON.stringify(loggedError(error)).split('loop').length).toBeLessThan(20);
  });
});
