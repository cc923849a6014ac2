import { createHttpAdapter } from './http.js';
import { createLogger } from './logger.js';

describe('HTTP of a process', () => {
  it('waits for nothing without a bound', () => {
    const { server, initialConfig } = createHttpAdapter(createLogger('silent'), {}, []).getInstance();
    expect(server).toMatchObject({
      requestTimeout: 30_000,
      headersTimeout: 10_000,
      keepAliveTimeout: 72_000,
      maxConnections: 8_000,
    });
    expect(initialConfig.bodyLimit).toBe(1_048_576);
  });
});
