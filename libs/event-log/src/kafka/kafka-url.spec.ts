import { parseKafkaUrl } from './kafka-url.js';

describe('parseKafkaUrl', () => {
  it('reads brokers, their default port, and TLS', () => {
    expect(parseKafkaUrl('kafka://a:1,b.example:2,c?ssl=true')).toEqual({
      brokers: ['a:1', 'b.example:2', 'c:9092'],
      ssl: true,
    });
    expect(parseKafkaUrl('kafka://[::1]:9092/')).toEqual({ brokers: ['[::1]:9092'], ssl: false });
  });

  it('reads a login, percent-encoded', () => {
    expect(parseKafkaUrl('kafka://us%40er:p%3Aw%2F@a:1').sasl).toEqual({ username: 'us@er', password: 'p:w/' });
  });

  it.each([
    ['another scheme', 'postgres://hidden@a:1'],
    ['no broker', 'kafka://'],
    ['a port out of range', 'kafka://u:hidden@a:70000'],
    ['an unknown parameter', 'kafka://u:hidden@a:1?tls=true'],
    ['another value of ssl', 'kafka://u:hidden@a:1?ssl=yes'],
    ['a login without a password', 'kafka://hidden@a:1'],
    ['a bad escape', 'kafka://u:hidden%zz@a:1'],
  ])('refuses %s, and does not repeat it', (_what, url) => {
    expect(() => parseKafkaUrl(url)).toThrow(/^event log URL: /);
    expect(() => parseKafkaUrl(url)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hidden') }),
    );
  });
});
