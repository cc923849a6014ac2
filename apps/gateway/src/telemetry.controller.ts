import { Body, Controller, Headers, HttpCode, Inject, Post, Query } from '@nestjs/common';
import {
  CONTENT_TYPE,
  isRefusal,
  outcomesTakenAnswer,
  type Principal,
  probesTakenAnswer,
  type Refusal,
  refuse,
  REPORT_CONTENT_TYPE,
  reportsTakenAnswer,
  signalSchema,
  signalTakenAnswer,
} from '#contracts';
import { accepted, Caller, Needs, readBody, Speaks, ToldOnce } from '#runtime';
import { readReport, reportsSchema } from './check-reports.decide.js';
import { DeadLetters } from './dead-letters.js';
import { Intake } from './intake.js';
import { MappedIntake, mappingQuery } from './mapped-intake.js';
import type { SentMessage } from './tag-record.decide.js';

/** Refusals of the caller, not of what it sent: nothing is kept of those. */
const OF_THE_CALLER: ReadonlySet<Refusal['refused']> = new Set([
  'PERMISSION_DENIED',
  'NODE_FOREIGN',
  'LOG_UNAVAILABLE',
  'BODY_TOO_LARGE',
]);

const tagOf = (headers: Record<string, string>) => ({
  keyId: headers['x-tocsin-key-id'],
  tag: headers['x-tocsin-tag'],
});
const TOO_DEEP = Buffer.from('JSON that is nested too deeply to be written again');

/** What was sent, as bytes; JSON was parsed already and is written again. A parser takes any depth, writing takes stack. */
const bytesOf = (body: unknown): Buffer => {
  if (Buffer.isBuffer(body)) return body;
  try {
    return Buffer.from(body === undefined ? '' : JSON.stringify(body));
  } catch {
    return TOO_DEEP;
  }
};

/** What may be wrong with telemetry, with its node, or with its tag. */
const IN_A_BATCH = [
  'CHECKSUM',
  'COLUMN_LENGTH',
  'COLUMN_VALUE',
  'NODE_FOREIGN',
  'NODE_KEY_REVOKED',
  'NODE_KEY_UNKNOWN',
  'NODE_UNKNOWN',
  'TAG_INVALID',
  'TAG_MISSING',
  'TIME_IN_FUTURE',
] as const;

/** Telemetry and signals over HTTP. */
@Controller('v1')
export class TelemetryController {
  constructor(
    @Inject(Intake) private readonly intake: Intake,
    @Inject(DeadLetters) private readonly deadLetters: DeadLetters,
    @Inject(MappedIntake) private readonly mapped: MappedIntake,
    @Inject(ToldOnce) private readonly toldOnce: ToldOnce,
  ) {}

  @Post('telemetry/outcomes')
  @Speaks({
    id: 'sendOutcomes',
    summary: 'Takes a batch of outcomes, or records of another producer by a mapping',
    query: mappingQuery.partial(),
    body: {
      media: [CONTENT_TYPE.protobuf, CONTENT_TYPE.jsonColumns, CONTENT_TYPE.ndjson, 'application/json'],
      about: 'columns of outcomes of one node; with ?mapping= one record a line, or a list of them',
    },
    answer: outcomesTakenAnswer,
    refuses: IN_A_BATCH,
    repeats: 'known',
  })
  @Needs('telemetry')
  @HttpCode(202)
  async outcomes(
    @Body() body: unknown,
    @Headers() headers: Record<string, string>,
    @Query() query: Readonly<Record<string, unknown>>,
    @Caller() caller: Principal,
  ) {
    const contentType = headers['content-type'] ?? '';
    const bytes = bytesOf(body);
    const encoding = headers['content-encoding'] ?? 'identity';
    const take = () =>
      query['mapping'] === undefined
        ? this.intake.batch({ contentType, body: bytes, ...tagOf(headers) }, caller)
        : this.mapped.take({ query, contentType, body: bytes }, caller);
    const result =
      encoding === 'identity'
        ? await take()
        : refuse('CONTENT_TYPE_UNKNOWN', `content-encoding ${encoding}: only identity is read`);
    return accepted(this.kept<object>(result, contentType, bytes, caller));
  }

  /** What probers saw of nodes and resolvers. */
  @Post('telemetry/probes')
  @Speaks({
    id: 'sendProbes',
    summary: 'Takes a batch of what a prober saw',
    body: {
      media: [CONTENT_TYPE.protobuf, CONTENT_TYPE.jsonColumns, CONTENT_TYPE.ndjson],
      about: 'columns of outcomes as a prober saw them',
    },
    answer: probesTakenAnswer,
    refuses: IN_A_BATCH,
    repeats: 'known',
  })
  @Needs('probe')
  @HttpCode(202)
  async probes(@Body() body: unknown, @Headers() headers: Record<string, string>, @Caller() caller: Principal) {
    const contentType = headers['content-type'] ?? '';
    const bytes = bytesOf(body);
    // A tag is a node's word for itself: of probes the gateway alone can say who sent them.
    const result = await this.intake.batch({ contentType, body: bytes }, caller, 'telemetry.probes');
    return accepted(this.kept(result, contentType, bytes, caller));
  }

  @Post('telemetry/nodes')
  @Speaks({
    id: 'sendReports',
    summary: 'Takes reports of nodes: heartbeats, and answers to commands',
    body: {
      media: ['application/json', REPORT_CONTENT_TYPE],
      about: 'a list of reports, or the bytes of one with their tag',
    },
    answer: reportsTakenAnswer,
    refuses: IN_A_BATCH,
    repeats: 'known',
  })
  @Needs('commands')
  @HttpCode(202)
  async nodes(@Body() body: unknown, @Headers() headers: Record<string, string>, @Caller() caller: Principal) {
    const contentType = headers['content-type'] ?? '';
    const isExact = contentType === REPORT_CONTENT_TYPE && Buffer.isBuffer(body);
    const result = isExact
      ? await this.exactReport({ contentType, body, ...tagOf(headers) }, caller)
      : await this.reports(body, headers, caller);
    return accepted(this.kept(result, contentType, body, caller));
  }

  @Post('signals')
  @Speaks({
    id: 'sendSignal',
    summary: 'Takes a signal of a deploy tool or of another monitor',
    body: signalSchema,
    answer: signalTakenAnswer,
    refuses: ['CUSTOMER_UNKNOWN', 'NODE_UNKNOWN', 'TIME_IN_FUTURE'],
  })
  @Needs('signal')
  @HttpCode(202)
  async signals(@Body() body: unknown, @Caller() caller: Principal) {
    const signal = readBody(signalSchema, body);
    if (isRefusal(signal)) return accepted<never>(this.kept(signal, 'application/json', body, caller));
    const take = async () => this.kept(await this.intake.signal(signal, caller), 'application/json', body, caller);
    return accepted(await this.toldOnce.take(caller, { take, again: () => ({ signal: signal.type }) }));
  }

  /** One report, of whose bytes the node made a tag. */
  private async exactReport(sent: SentMessage, caller: Principal) {
    const report = readReport(sent.body);
    return isRefusal(report) ? report : this.intake.reports([report], caller, sent);
  }

  private async reports(body: unknown, headers: Record<string, string>, caller: Principal) {
    // A tag is over the bytes of one report; here there may be many, and the bytes are gone.
    if (headers['x-tocsin-tag'] !== undefined)
      return refuse('TAG_INVALID', `a report with a tag is sent alone, as ${REPORT_CONTENT_TYPE}`);
    const reports = readBody(reportsSchema, body);
    return isRefusal(reports) ? reports : this.intake.reports(reports, caller);
  }

  private kept<T>(result: T | Refusal, contentType: string, body: unknown, principal: Principal): T | Refusal {
    if (isRefusal(result) && !OF_THE_CALLER.has(result.refused)) {
      this.deadLetters.keep({ principal, contentType, body: bytesOf(body), refusal: result });
    }
    return result;
  }
}
