import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { isRefusal, type Principal, ticketsTakenAnswer } from '#contracts';
import { accepted, Caller, type Clock, CLOCK, Needs, Speaks, ToldOnce } from '#runtime';
import { Intake } from '../intake.js';
import { parseJson } from '../json-body.js';
import { RecentRequests } from '../recent-requests.js';
import { readTickets } from './tickets.decide.js';

/** What a ticket was taken as. */
interface TakenTickets {
  readonly tickets: number;
}

/** Support tickets, as ticket systems tell of them: a count, or a webhook for each. */
@Controller('v1/tickets')
@Needs('alert')
export class TicketsController {
  private readonly recent = new RecentRequests<TakenTickets>();

  constructor(
    @Inject(Intake) private readonly intake: Intake,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(ToldOnce) private readonly toldOnce: ToldOnce,
  ) {}

  @Post()
  @Speaks({
    id: 'sendTickets',
    summary: 'Counts new support tickets, or one',
    body: { media: ['application/json'], about: 'an object with a count, or a ticket, as its system writes it' },
    answer: ticketsTakenAnswer,
  })
  @HttpCode(202)
  async tickets(@Body() body: unknown, @Caller() caller: Principal) {
    const { value } = accepted(parseJson(body));
    const { count, ticketId } = accepted(readTickets(value));
    const take = async () => {
      const signal = { type: 'tickets', count, atUs: this.clock.nowMs() * 1_000 } as const;
      const taken = await this.intake.alerts([signal], caller);
      return isRefusal(taken) ? taken : { tickets: count };
    };
    const takeNew = () => (ticketId === undefined ? take() : this.recent.once(`${caller.keyId} ${ticketId}`, take));
    return accepted(await this.toldOnce.take(caller, { take: takeNew, again: () => ({ tickets: count }) }));
  }
}
