import 'reflect-metadata';
import { type DynamicModule, Module } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { APP_FILTER, APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Permission } from '#contracts';
import { sayTag } from './entity-tag.js';
import { createFrontDoor } from './door/front-door.js';
import type { NeedsOfRoute } from './door/limit-rate.js';
import { Rates } from './door/rates.js';
import { securityHeaders } from './door/security-headers.js';
import { checkEntrances, type Entrance, entrancesOf, routesOf } from './entrances.js';
import { HealthController } from './health.controller.js';
import { createHttpAdapter } from './http.js';
import type { Infrastructure } from './infrastructure.js';
import { InfrastructureModule } from './infrastructure.module.js';
import { nestLogger } from './logger.js';
import { sayNext } from './next-link.js';
import { RATES } from './tokens.js';
import { PrincipalGuard } from './principal.guard.js';
import { ProblemFilter } from './problem.filter.js';
import { checkRoutes, watchRoutes } from './routes-seen.js';
import { meterHttp } from './watching/http-meters.js';
import { openMetricsByToken } from './watching/metrics-token.js';
import { MetricsController } from './watching/metrics.controller.js';
import { traceHttp } from './watching/traces.js';
import { sayWritten } from './written-answer.js';
import { OpenApiController } from './spoken/openapi.controller.js';

/** What every process answers, whatever its roles. */
const controllers = [HealthController, MetricsController, OpenApiController];

/** Every route of a process with these roles, which need not be started. */
export const routesWith = (roles: readonly DynamicModule[]): readonly Entrance[] =>
  routesOf([...roles, { module: RootModule, controllers }]);

@Module({})
class RootModule {
  static of(parts: Infrastructure, rates: Rates, roles: readonly DynamicModule[]): DynamicModule {
    return {
      module: RootModule,
      // What takes no request of Fastify, a socket, counts with the same buckets.
      global: true,
      exports: [RATES],
      imports: [InfrastructureModule.of(parts), ...roles],
      controllers,
      providers: [
        { provide: RATES, useValue: rates },
        { provide: APP_GUARD, useClass: PrincipalGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}

/** Before anything else sees a request. */
const watchHttp = (server: FastifyInstance, { meters, traces, metricsToken, logger }: Infrastructure): void => {
  traceHttp(server, traces);
  meterHttp(server, meters, logger);
  openMetricsByToken(server, meters, metricsToken);
};

/** The application of a process: what it opened, the modules of its roles, the guard and the filter. It does not listen yet. */
export const createApp = async (
  parts: Infrastructure,
  roles: readonly DynamicModule[],
): Promise<NestFastifyApplication> => {
  const { authenticator, clock, door, links, logger } = parts;
  const rates = new Rates(door.rates, clock.nowMs);
  const root = RootModule.of(parts, rates, roles);
  const adapter = createHttpAdapter(logger, securityHeaders(links.publicUrl), door.trustedProxies);
  const http = adapter.getInstance();
  const routes = watchRoutes(http);
  watchHttp(http, parts);
  const needs = new Map<string, Permission | undefined>();
  const needsOf: NeedsOfRoute = ({ method, routeOptions: { url } }) =>
    needs.get(`${method === 'HEAD' ? 'GET' : method} ${url}`);
  const { corsOrigins } = door;
  const { publicUrl } = links;
  http.addHook('onRequest', createFrontDoor({ publicUrl, corsOrigins, rates, needsOf, authenticator }));
  http.addHook('preSerialization', sayNext);
  http.addHook('preSerialization', sayWritten);
  http.addHook('onSend', sayTag);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: nestLogger(parts.logger),
    abortOnError: false,
  });
  for (const entrance of entrancesOf(app)) needs.set(entrance.name, entrance.needs);
  checkEntrances(app);
  // Plugins register theirs when the server gets ready; with one that nobody speaks of it does not.
  http.addHook('onReady', async () => checkRoutes(routes, entrancesOf(app)));
  return app;
};
