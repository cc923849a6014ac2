import { Body, Controller, Headers, HttpCode, Inject, Post } from '@nestjs/common';
import { isRefusal, type Principal, refuse, type Refusal, signalSchema } from '#contracts';
import { accepted, Caller, Needs, readBody } from '#runtime';
import { reportsSchema } from './check-reports.decide.js';
import { DeadLetters } from './dead-letters.js';
import { Intake } from './intake.js';

/** Refusals of the caller, not of what it sent: nothing is kept of those. */
const OF_THE_CALLER: ReadonlySet<Refusal['refused']> = new Set([
  'PERMISSION_DENIED',
  'NODE_FOREIGN',
  'LOG_UNAVAILABLE',
  'BODY_TOO_LARGE',
]);

/** Telemetry and signals over HTTP. */
@Controller('v1')
export class TelemetryController {
  constructor(
    @Inject(Intake) private readonly intake: Intake,
    @Inject(DeadLetters) private readonly deadLetters: DeadLetters,
  ) {}

  @Post('telemetry/outcomes')
  @Needs('telemetry')
  @HttpCode(202)
  async outcomes(@Body() body: unknown, @Headers() headers: Record<string, string>, @Caller() caller: Principal) {
    const contentType = headers['content-type'] ?? '';
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const encoding = headers['content-encoding'] ?? 'identity';
    const result =
      encoding === 'identity'
        ? await this.intake.batch({ contentType, body: bytes, tag: headers['x-tocsin-tag'] }, caller)
        : refuse('CONTENT_TYPE_UNKNOWN', `content-encoding ${encoding}: only identity is read`);
    return accepted(this.kept(result, contentType, bytes, caller));
  }

  @Post('telemetry/nodes')
  @Needs('commands')
  @HttpCode(202)
  async nodes(@Body() body: unknown, @Caller() caller: Principal) {
    const reports = readBody(reportsSchema, body);
    const result = isRefusal(reports) ? reports : await this.intake.reports(reports, caller);
    return accepted(this.kept(result, 'application/json', body, caller));
  }

  @Post('signals')
  @Needs('signal')
  @HttpCode(202)
  async signals(@Body() body: unknown, @Caller() caller: Principal) {
    const signal = readBody(signalSchema, body);
    const result = isRefusal(signal) ? signal : await this.intake.signal(signal, caller);
    return accepted(this.kept(result, 'application/json', body, caller));
  }

  private kept<T>(result: T | Refusal, contentType: string, body: unknown, principal: Principal): T | Refusal {
    if (isRefusal(result) && !OF_THE_CALLER.has(result.refused)) {
      const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body) ?? '');
      this.deadLetters.keep({ principal, contentType, body: bytes, refusal: result });
    }
    return result;
  }
}
