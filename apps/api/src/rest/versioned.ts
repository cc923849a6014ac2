import {
  applyDecorators,
  type CallHandler,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Observable } from 'rxjs';
import type { VersionedRequest } from '#runtime';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';

const VERSIONED = 'tocsin:versioned';

type StreamOf = (path: Readonly<Record<string, string>>) => string;

/** Reads the version before the thing: a tag may be older than what it stands on, never newer, or an act would miss a change. */
@Injectable()
class VersionReader implements NestInterceptor {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const stream = this.reflector.get<StreamOf>(VERSIONED, context.getHandler());
    const request = context.switchToHttp().getRequest<VersionedRequest>();
    const standing = await this.queries.standing(stream(request.params as Readonly<Record<string, string>>));
    request.version = standing.version;
    request.position = standing.position;
    return next.handle();
  }
}

/** The answer is of one thing, and its tag carries the version of this stream: an act on the thing may name it in `If-Match`. */
export const Versioned = (stream: StreamOf): MethodDecorator =>
  applyDecorators(SetMetadata(VERSIONED, stream), UseInterceptors(VersionReader));

/** How far the log had come when a versioned request was asked: everything up to there is in its answer. */
export const Position = createParamDecorator((_: undefined, context: ExecutionContext): number => {
  const { position } = context.switchToHttp().getRequest<VersionedRequest>();
  if (position === undefined) throw new Error('position: the route is not versioned');
  return position;
});
