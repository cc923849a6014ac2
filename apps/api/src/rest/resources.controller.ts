import { Controller, Get, Inject, Param } from '@nestjs/common';
import {
  alertShape,
  answerOf,
  channelShape,
  commandReportAnswer,
  customerSchema,
  drillShape,
  keyShape,
  knownReleaseShape,
  nodeShape,
  overrideShape,
  redirectShape,
  rollbackShape,
  silenceShape,
  streamOf,
} from '#contracts';
import { accepted, Needs, Speaks } from '#runtime';
import { channelNamed } from '../delivery-views.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';
import { Versioned } from './versioned.js';

/** One thing each. What people act on has a version in its tag, which an act may name in `If-Match`. */
@Controller('v1')
@Needs('view')
export class ResourcesController {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Get('alerts/:id')
  @Speaks({ id: 'getAlert', summary: 'An alert', answer: answerOf('alert', alertShape) })
  @Versioned(({ id = '' }) => streamOf.alert(id))
  async alert(@Param('id') id: string) {
    return { alert: accepted(await this.queries.alert(id)) };
  }

  @Get('rollbacks/:id')
  @Speaks({ id: 'getRollback', summary: 'A rollback with its waves', answer: answerOf('rollback', rollbackShape) })
  @Versioned(({ id = '' }) => streamOf.rollback(id))
  async rollback(@Param('id') id: string) {
    return { rollback: accepted(await this.queries.rollback(id)) };
  }

  @Get('overrides/:id')
  @Speaks({
    id: 'getOverride',
    summary: 'An override of rails with its votes',
    answer: answerOf('override', overrideShape),
  })
  @Versioned(({ id = '' }) => streamOf.override(id))
  async override(@Param('id') id: string) {
    return { override: accepted(await this.queries.override(id)) };
  }

  @Get('redirects/:id')
  @Speaks({ id: 'getRedirect', summary: 'A redirect of traffic', answer: answerOf('redirect', redirectShape) })
  @Versioned(({ id = '' }) => streamOf.redirect(id))
  async redirect(@Param('id') id: string) {
    return { redirect: accepted(await this.queries.redirect(id)) };
  }

  /** With how it was sent, and what the nodes answered. */
  @Get('commands/:id')
  @Speaks({
    id: 'getCommand',
    summary: 'A command, how it was sent, and what the nodes answered',
    answer: commandReportAnswer,
  })
  @Versioned(({ id = '' }) => streamOf.command(id))
  async command(@Param('id') id: string) {
    return accepted(await this.queries.command(id));
  }

  @Get('silences/:id')
  @Speaks({ id: 'getSilence', summary: 'A silence', answer: answerOf('silence', silenceShape) })
  @Versioned(({ id = '' }) => streamOf.silence(id))
  async silence(@Param('id') id: string) {
    return { silence: accepted(await this.queries.silence(id)) };
  }

  /** `name`: `<software version>+<config revision>`. */
  @Get('releases/:service/:name')
  @Speaks({ id: 'getRelease', summary: 'What is known of a release', answer: answerOf('release', knownReleaseShape) })
  @Versioned(({ service = '', name = '' }) => streamOf.release(service, name))
  async release(@Param('service') service: string, @Param('name') name: string) {
    return { release: accepted(await this.queries.release(service, name)) };
  }

  @Get('drills/:id')
  @Speaks({ id: 'getDrill', summary: 'A fire drill', answer: answerOf('drill', drillShape) })
  @Versioned(({ id = '' }) => streamOf.drill(id))
  async drill(@Param('id') id: string) {
    return { drill: accepted(await this.queries.drill(id)) };
  }

  @Get('channels/:name')
  @Speaks({ id: 'getChannel', summary: 'A channel as it is now', answer: answerOf('channel', channelShape) })
  @Versioned(({ name = '' }) => streamOf.channel(name))
  async channel(@Param('name') name: string) {
    return { channel: accepted(channelNamed(await this.queries.channels(), name)) };
  }

  @Get('keys/:id')
  @Speaks({ id: 'getKey', summary: 'An API key, without its secret', answer: answerOf('key', keyShape) })
  @Needs('administer')
  @Versioned(({ id = '' }) => streamOf.key(id))
  async key(@Param('id') id: string) {
    return { key: accepted(await this.queries.key(id)) };
  }

  @Get('nodes/:nodeId')
  @Speaks({ id: 'getNode', summary: 'A node and what was counted of it', answer: answerOf('node', nodeShape) })
  async node(@Param('nodeId') nodeId: string) {
    return { node: accepted(await this.queries.node(nodeId)) };
  }

  @Get('customers/:id')
  @Speaks({ id: 'getCustomer', summary: 'A customer with its zones', answer: answerOf('customer', customerSchema) })
  async customer(@Param('id') id: string) {
    return { customer: accepted(await this.queries.customer(id)) };
  }
}
