import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProbeGateway } from './gateway.js';

let server: Server;
let asked = 0;
let answer: readonly [number, Record<string, string>] = [202, {}];
beforeAll(async () => {
  server = createServer((request, response) => {
    asked += 1;
    request.resume();
    response.writeHead(...(answer as [number, Record<string, string>])).end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
const gateway = () =>
  createProbeGateway(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'k', () => undefined);
const post = (to: ReturnType<typeof gateway>) => to.post('application/x-ndjson', Buffer.from('x'));

describe('the gateway of a prober', () => {
  it('that says to wait is not asked meanwhile', async () => {
    const told = gateway();
    [asked, answer] = [0, [429, { 'retry-after': '9' }]];
    expect([await post(told), await post(told), await post(told), asked]).toEqual(['again', 'again', 'again', 1]);
  });

  it('that does not say how long is asked again', async () => {
    const told = gateway();
    [asked, answer] = [0, [503, {}]];
    expect([await post(told), await post(told), asked]).toEqual(['again', 'again', 2]);
  });
});
