import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { entrancesIn } from '../entrances.js';
import { Needs } from '../needs.js';
import { DOCS_HEADERS, docsPage } from './docs-page.js';
import { type OpenApi, openApiOf } from './openapi.js';
import { Speaks } from './speaks.js';

const documentSchema = z.looseObject({ openapi: z.literal('3.1.0') }).describe('An OpenAPI 3.1 document');

/**
 * What this process speaks: the document for programs and a page for people, of the routes of its own roles. Both need `view`: nothing
 * but health is open, and docs/http.md is the same for whoever has no key.
 */
@Controller()
@Needs('view')
export class OpenApiController {
  // Routes do not change while a process lives: made once, at the first question.
  private document: OpenApi | undefined;

  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  @Get('openapi.json')
  @Speaks({ id: 'getOpenApi', summary: 'This interface as an OpenAPI 3.1 document', answer: documentSchema })
  openapi(): OpenApi {
    return (this.document ??= openApiOf(entrancesIn(this.modules)));
  }

  @Get('docs')
  @Speaks({
    id: 'getDocs',
    summary: 'This interface as a page to read',
    answer: { media: ['text/html'], about: 'a page that loads nothing and runs nothing' },
  })
  async docs(@Res() reply: FastifyReply): Promise<void> {
    await reply.headers(DOCS_HEADERS).send(docsPage(this.openapi()));
  }
}
