import { fastify, type FastifyInstance } from 'fastify';
import { checkRoutes, watchRoutes } from './routes-seen.js';

type Register = (http: FastifyInstance) => unknown;

const answer = async (): Promise<string> => 'x';
const plugin = async (within: FastifyInstance): Promise<void> => void within.post('/plugin', answer);
const start = async (register: Register, ...known: readonly string[]): Promise<void> => {
  const http = fastify();
  const seen = watchRoutes(http);
  const entrances = known.map((name) => ({ name }));
  http.addHook('onReady', async () => checkRoutes(seen, entrances));
  register(http);
  try {
    await http.ready();
  } finally {
    await http.close();
  }
};

describe('the routes of a server', () => {
  it('have a policy each, HEAD that of its GET', async () => {
    await expect(start((http) => http.get('/a/:id', answer), 'GET /a/:id')).resolves.toBeUndefined();
  });

  const silent: readonly (readonly [string, Register])[] = [
    ['GET /b, HEAD /b', (http) => http.get('/b', answer)],
    ['PATCH /a/:id', (http) => http.patch('/a/:id', answer)],
    ['POST /in/a/plugin', (http) => http.register(plugin, { prefix: '/in/a' })],
    ['OPTIONS *', (http) => http.options('*', answer)],
  ];
  it.each(silent)('without one keep the server from starting: %s', async (names, register) => {
    await expect(start(register, 'GET /a/:id')).rejects.toThrow(`without a policy: ${names}`);
  });
});
