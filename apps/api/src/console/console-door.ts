import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '#contracts';
import { CONSOLE_PAGES, CONSOLE_PARTS, Opens, Refused, SIGN_IN, type SignInSettings } from '#runtime';
import { type ConsoleFile, encodingFor, isHeld, readConsole } from './console-files.js';

/**
 * A page runs its own scripts alone and speaks to nobody but where it came from, and the issuer of tokens where people sign in there. Colours
 * and sizes that depend on figures are set by the script, one property at a time, which is no inline style to a browser.
 */
const pageHeaders = (signIn: SignInSettings | undefined) => ({
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    ["connect-src 'self'", ...(signIn?.origins ?? [])].join(' '),
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
});
/** The page names its parts, so it is asked for each time; a part is named by what is in it, and never changes. */
const FRESH = 'no-cache';
const FOR_EVER = 'public, max-age=31536000, immutable';

const send = (request: FastifyRequest, reply: FastifyReply, file: ConsoleFile, kept: string): FastifyReply => {
  // The front door may have said that it varies by origin.
  const varies = [reply.getHeader('vary'), 'accept-encoding'].filter((each) => each !== undefined).join(', ');
  void reply.headers({ 'cache-control': kept, etag: file.entityTag, vary: varies });
  if (isHeld(request.headers['if-none-match'], file.entityTag)) return reply.status(304).send();
  const encoding = encodingFor(request.headers['accept-encoding']);
  if (encoding !== 'identity') void reply.header('content-encoding', encoding);
  return reply.header('content-type', file.contentType).send(file[encoding]);
};

const PARTS = `${CONSOLE_PARTS}:file`;

/** The console: a page and its parts, open to everybody, since there is nothing in them; what they show is asked for with a key. */
@Opens(Object.fromEntries([...CONSOLE_PAGES, PARTS].map((path) => [`GET ${path}`, 'public' as const])))
@Injectable()
export class ConsoleDoor implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost,
    @Inject(SIGN_IN) private readonly signIn: SignInSettings | undefined,
  ) {}

  onModuleInit(): void {
    const server = this.http.httpAdapter.getInstance<FastifyInstance>();
    const files = readConsole();
    const sendFile = (path: string, kept: string) => async (request: FastifyRequest, reply: FastifyReply) => {
      const file = files.get(path);
      if (file === undefined) throw new Refused(refuse('NOT_FOUND', 'there is no such part of the console'));
      return send(request, reply, file, kept);
    };
    const page = sendFile('index.html', FRESH);
    const headers = pageHeaders(this.signIn);
    for (const path of CONSOLE_PAGES) server.get(path, async (request, reply) => page(request, reply.headers(headers)));
    server.get<{ Params: { file: string } }>(PARTS, async (request, reply) =>
      sendFile(`assets/${request.params.file}`, FOR_EVER)(request, reply),
    );
  }
}
