import fastify from 'fastify';
import fc from 'fast-check';
import type { IncomingMessage } from 'node:http';
import { addressOf } from './address-of.js';

const HOPS = [
  '10.0.0.1',
  '10.9.9.9',
  '192.0.2.7',
  '::1',
  '::ffff:10.0.0.2',
  '2001:db8::1',
  '2001:db9::1',
  'unknown',
  '',
];
const TRUSTED = ['10.0.0.0/8', '::1', '2001:db8::/32', '192.0.2.7', '::ffff:10.0.0.2'];

describe('the address of a request', () => {
  it.each([
    [['10.0.0.0/8'], '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    [['10.0.0.0/8'], '10.0.0.1', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
    [['10.0.0.0/8'], '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    [['10.0.0.0/8'], '192.0.2.1', '203.0.113.9', '192.0.2.1'],
    [['fe80::/10'], 'fe80::1%eth0', '203.0.113.9', '203.0.113.9'],
    [[], '10.0.0.1', '203.0.113.9', '10.0.0.1'],
  ])('through %s, from %s with %s it is %s', (trusted, remoteAddress, forwarded, expected) => {
    const request = { socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } };
    expect(addressOf(trusted)(request as never)).toBe(expected);
  });

  it('is what Fastify says', async () => {
    const hop = fc.constantFrom(...HOPS);
    const asked = fc.record({
      trusted: fc.uniqueArray(fc.constantFrom(...TRUSTED), { minLength: 1 }),
      remoteAddress: fc.constantFrom(...HOPS.filter((each) => /[.:]/.test(each))),
      forwarded: fc.option(fc.array(hop, { minLength: 1, maxLength: 4 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(asked, async ({ trusted, remoteAddress, forwarded }) => {
        const app = fastify({ trustProxy: [...trusted] });
        let own: string | undefined;
        app.get('/', (request, reply) => {
          own = addressOf(trusted)(request.raw as IncomingMessage);
          void reply.send(request.ip);
        });
        const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded.join(', ') };
        const { body } = await app.inject({ url: '/', remoteAddress, headers });
        expect(own).toBe(body);
      }),
    );
  });
});
