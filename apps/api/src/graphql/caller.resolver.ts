import { Query, Resolver } from '@nestjs/graphql';
import type { Principal } from '#contracts';
import { actorOf, Caller, Needs } from '#runtime';
import { CallerType } from './types/key.types.js';

/** Who asks: what a page needs to know before it offers anything. */
@Resolver()
@Needs('view')
export class CallerResolver {
  @Query(() => CallerType, { description: 'Who asks, and what they may do.' })
  caller(@Caller() caller: Principal) {
    return { ...caller, actor: actorOf(caller) };
  }
}
