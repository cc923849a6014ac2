import { isDeepStrictEqual } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemSchema } from '#contracts';
import type * as Runtime from '#runtime';
import type { Content, Entrance } from '#runtime';

/** What was asked and answered, as far as a route speaks of it. */
export interface Exchange {
  readonly status: number;
  readonly type: string;
  readonly answer: string;
  readonly body: unknown;
}

/** Made once: a schema is compiled when it reads for the first time, which takes longer than to read. */
const PROBLEM = problemSchema.strict();

const differenceOf = (given: unknown, known: unknown, at = ''): string => {
  if (typeof given !== 'object' || given === null || typeof known !== 'object' || known === null) return at;
  const names = Object.keys(given).filter(
    (name) => !isDeepStrictEqual((given as Record<string, unknown>)[name], (known as Record<string, unknown>)[name]),
  );
  const [name] = names;
  if (name === undefined) return at;
  if (!Object.hasOwn(known, name)) return `${at}/${name}`;
  return differenceOf(
    (given as Record<string, unknown>)[name],
    (known as Record<string, unknown>)[name],
    `${at}/${name}`,
  );
};

/** Why a text is not what a schema says, a key that it does not name being a fault; undefined when it is. */
const faultOf = (content: Content | 'nothing', type: string, text: string): string | undefined => {
  if (content === 'nothing') return text === '' ? undefined : 'answers something';
  if ('media' in content) return content.media.some((each) => type.startsWith(each)) ? undefined : `is ${type}`;
  if (!type.startsWith('application/json')) return `is ${type}, not JSON`;
  const given: unknown = JSON.parse(text);
  const read = content.safeParse(given);
  if (!read.success) return read.error.issues.map(({ path, message }) => `/${path.join('/')}: ${message}`).join('; ');
  if (isDeepStrictEqual(read.data, given)) return undefined;
  return `${differenceOf(given, read.data)} is not in its schema`;
};

/** What a route took must be what it says that it takes. Its query is read by the very schema; what is not in it, it does not see. */
const askedFault = ({ speaks }: Entrance, { body }: Exchange): string | undefined => {
  if (speaks?.body === undefined || 'media' in speaks.body || Buffer.isBuffer(body)) return undefined;
  return speaks.body.safeParse(body ?? undefined).success ? undefined : 'takes a body that does not fit what it says';
};

/** Why an exchange is not as its route speaks; undefined when it is, or when the route says nothing yet. */
export const exchangeFault = (
  entrance: Entrance,
  exchange: Exchange,
  refusalsOf: typeof Runtime.refusalsOf,
): string | undefined => {
  const { speaks, status } = entrance;
  if (speaks === undefined) return undefined;
  const { status: given, type, answer } = exchange;
  const also = speaks.also?.[given];
  if (also !== undefined && !type.startsWith('application/problem+json')) return faultOf(also, type, answer);
  if (given === status && speaks.instead?.media.some((each) => type.startsWith(each)) === true) return undefined;
  if (given === status) return faultOf(speaks.answer, type, answer) ?? askedFault(entrance, exchange);
  if (given === 304) return undefined;
  if (!type.startsWith('application/problem+json')) return `answers ${given} ${type}`;
  const problem = PROBLEM.safeParse(JSON.parse(answer));
  if (!problem.success) return `answers a problem that is none: ${problem.error.message}`;
  const { code } = problem.data;
  return refusalsOf(entrance).includes(code) ? undefined : `refuses with ${code}, which it does not name`;
};

type Headers = Readonly<Record<string, unknown>>;

/** Why the headers of an answer are not those that its route says: one that it always has and that is missing, or one that it does not name. */
export const headersFault = (
  entrance: Entrance,
  { status, isProblem, headers }: { readonly status: number; readonly isProblem: boolean; readonly headers: Headers },
  {
    headersOf,
    furtherHeadersOf,
    ANSWER_HEADERS,
  }: Pick<typeof Runtime, 'headersOf' | 'furtherHeadersOf' | 'ANSWER_HEADERS'>,
): string | undefined => {
  if (entrance.speaks === undefined) return undefined;
  const nameOf = (header: keyof typeof ANSWER_HEADERS): string => ANSWER_HEADERS[header].name;
  const always = headersOf(entrance, status).map(nameOf);
  const said = new Set([...always, ...furtherHeadersOf(entrance, status).map(nameOf)]);
  const isSent = (name: string): boolean => headers[name.toLowerCase()] !== undefined;
  const unsaid = Object.values(ANSWER_HEADERS).find(({ name }) => isSent(name) && !said.has(name));
  if (unsaid !== undefined) return `answers ${status} with ${unsaid.name}, which it does not name`;
  const missing = isProblem ? undefined : always.find((name) => !isSent(name));
  return missing === undefined ? undefined : `answers ${status} without ${missing}, which it names`;
};

const textOf = (payload: unknown): string | undefined => {
  if (typeof payload === 'string') return payload;
  return Buffer.isBuffer(payload) ? payload.toString('utf8') : undefined;
};

/**
 * Holds every answer of an application against what its route says in `@Speaks`: one that does not fit becomes a 500 that says why, so
 * that the test which caused it fails, and is told again when the application closes. For tests: a server answers without it.
 */
export const holdToSpoken = (app: NestFastifyApplication, runtime: typeof Runtime): readonly string[] => {
  const entrances = new Map(runtime.entrancesOf(app).map((entrance) => [entrance.name, entrance]));
  const faults: string[] = [];
  const faultIn = (request: FastifyRequest, reply: FastifyReply, payload: unknown): string | undefined => {
    const { statusCode: status } = reply;
    const type = String(reply.getHeader('content-type') ?? '');
    const entrance = entrances.get(`${request.method} ${request.routeOptions.url ?? ''}`);
    const answer = textOf(payload);
    if (entrance === undefined || answer === undefined) return undefined;
    const isProblem = type.startsWith('application/problem+json');
    const fault =
      exchangeFault(entrance, { status, type, answer, body: request.body }, runtime.refusalsOf) ??
      headersFault(entrance, { status, isProblem, headers: reply.getHeaders() }, runtime);
    return fault === undefined ? undefined : `${entrance.name} ${fault}: ${answer.slice(0, 2_000)}`;
  };
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', async (request, reply, payload) => {
      const fault = faultIn(request, reply, payload);
      if (fault === undefined) return payload;
      faults.push(fault);
      reply.removeHeader('content-length');
      void reply.status(500);
      return JSON.stringify({ notAsSpoken: fault });
    });
  return faults;
};
