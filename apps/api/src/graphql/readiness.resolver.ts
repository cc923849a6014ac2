import { Inject } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
import { Needs, READINESS, type Readiness } from '#runtime';
import { ReadinessType } from './types/readiness.types.js';

const partsOf = (told: Readonly<Record<string, string>>) =>
  Object.entries(told).map(([part, because]) => ({ part, because }));

/** How the process that answers is, for a page that says so in its bar; `/readyz` says it by its status, which a page takes for a failure. */
@Resolver()
@Needs('view')
export class ReadinessResolver {
  constructor(@Inject(READINESS) private readonly parts: Readiness) {}

  @Query(() => ReadinessType, { description: 'Whether the process that answers can do its work.' })
  async readiness() {
    const unready = partsOf(await this.parts.unready());
    return { isReady: unready.length === 0, unready, notices: partsOf(this.parts.notices()) };
  }
}
