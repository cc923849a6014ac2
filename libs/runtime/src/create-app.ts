import 'reflect-metadata';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createFrontDoor } from './door/front-door.js';
import { securityHeaders } from './door/security-headers.js';
import { checkEntrances, type Entrance, routesOf } from './entrances.js';
import { HealthController } from './health.controller.js';
import { createHttpAdapter } from './http.js';
import type { Infrastructure } from './infrastructure.js';
import { InfrastructureModule } from './infrastructure.module.js';
import { nestLogger } from './logger.js';
import { sayNext } from './next-link.js';
import { PrincipalGuard } from './principal.guard.js';
import { ProblemFilter } from './problem.filter.js';
import { meterHttp } from './watching/http-meters.js';
import { MetricsController } from './watching/metrics.controller.js';
import { OpenApiController } from './spoken/openapi.controller.js';

/** What every process answers, whatever its roles. */
const controllers = [HealthController, MetricsController, OpenApiController];

/** Every route of a process with these roles, which need not be started. */
export const routesWith = (roles: readonly DynamicModule[]): readonly Entrance[] =>
  routesOf([...roles, { module: RootModule, controllers }]);

@Module({})
class RootModule {
  static of(parts: Infrastructure, roles: readonly DynamicModule[]): DynamicModule {
    return {
      module: RootModule,
      imports: [InfrastructureModule.of(parts), ...roles],
      controllers,
      providers: [
        { provide: APP_GUARD, useClass: PrincipalGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}

/** The application of a process: what it opened, the modules of its roles, the guard and the filter. It does not listen yet. */
export const createApp = async (
  parts: Infrastructure,
  roles: readonly DynamicModule[],
): Promise<NestFastifyApplication> => {
  const root = RootModule.of(parts, roles);
  const { authenticator, door, links, logger, meters } = parts;
  const adapter = createHttpAdapter(logger, securityHeaders(links.publicUrl));
  const http = adapter.getInstance();
  meterHttp(http, meters, logger);
  http.addHook('onRequest', createFrontDoor({ ...door, publicUrl: links.publicUrl, authenticator }));
  http.addHook('preSerialization', sayNext);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: nestLogger(parts.logger),
    abortOnError: false,
  });
  checkEntrances(app);
  return app;
};
