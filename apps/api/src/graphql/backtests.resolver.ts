import { Inject } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { newBacktestSchema, type Principal } from '#contracts';
import { accepted, Caller, Needs } from '#runtime';
import type { Backtests } from '../backtest/backtests.js';
import { BACKTESTS } from '../tokens.js';
import { BeginBacktestInput } from './inputs.js';
import { BacktestPayload } from './payloads.js';
import { Arg, Input, rawId } from './schema/define.js';
import { mutate, type MutationInput } from './schema/payload.js';
import { BacktestType } from './types/backtest.types.js';

/** A time, as the schema of the body names it. */
type TimedInput = MutationInput & { readonly from?: number | null; readonly to?: number | null };

/** What other rules would have done, over the recorded log. */
@Resolver()
@Needs('view')
export class BacktestsResolver {
  constructor(@Inject(BACKTESTS) private readonly backtests: Backtests) {}

  @Query(() => BacktestType, {
    nullable: true,
    description: 'One backtest: how far it is, and what it found; the process that does it tells.',
  })
  backtest(@Arg('backtestId', rawId('The backtest.')) backtestId: string) {
    return accepted(this.backtests.find(backtestId));
  }

  @Mutation(() => BacktestPayload, {
    description: 'What other rules would have done over a recorded time. It changes nothing; one at a time, four wait.',
  })
  @Needs('view')
  beginBacktest(@Caller() caller: Principal, @Input(BeginBacktestInput) input: TimedInput) {
    const { from, to, ...more } = input;
    const sent = { ...more, fromMs: from, toMs: to };
    return mutate({ input: sent, caller, as: 'backtest' }, newBacktestSchema, (asked, by) =>
      this.backtests.begin(asked, by),
    );
  }
}
