import { randomBytes, randomUUID } from 'node:crypto';
import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type Provider,
} from '@nestjs/common';
import type { EventLog } from '#event-log';
import type { Database } from '#store';
import {
  CATALOGUE,
  type CatalogueFollower,
  CLOCK,
  type Clock,
  DATABASE,
  EVENT_LOG,
  FATAL,
  type Fatal,
  LOGGER,
  type Logger,
  METERS,
  type Meters,
  NODE_KEYS,
  type NodeKeyring,
  type Readiness,
  READINESS,
  type Role,
  ToldOnce,
} from '#runtime';
import { AlertmanagerController } from './alerts/alertmanager.controller.js';
import { CommandBoard } from './command-board.js';
import { CommandsController } from './commands.controller.js';
import { DeadLetters } from './dead-letters.js';
import { type GatewaySettings, readGatewaySettings } from './gateway.config.js';
import { meterGateway } from './gateway.meters.js';
import { Intake } from './intake.js';
import { Inventory } from './inventory.js';
import { MappedIntake } from './mapped-intake.js';
import { PagerDutyEventsController } from './alerts/pagerduty-events.controller.js';
import { RegistryController } from './registry.controller.js';
import { TelemetryController } from './telemetry.controller.js';
import { TicketsController } from './alerts/tickets.controller.js';

/** Starts and stops the command board. */
@Injectable()
class Gateway implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(CommandBoard) private readonly board: CommandBoard,
    @Inject(READINESS) private readonly readiness: Readiness,
    @Inject(FATAL) private readonly fatal: Fatal,
    @Inject(METERS) private readonly meters: Meters,
    @Inject(Intake) private readonly intake: Intake,
    @Inject(DeadLetters) private readonly deadLetters: DeadLetters,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    meterGateway(this.meters, this.intake, this.deadLetters);
    this.readiness.add('gateway', () => this.board.unready());
    await this.board.start(`gateway-${randomUUID()}`, (error) => this.fatal('gateway', error));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.board.stop();
  }
}

@Module({})
class GatewayModule {}

const newBootId = (): string => randomBytes(8).readBigUInt64BE().toString();

const mappedIntake = ({ mappings }: GatewaySettings): Provider => ({
  provide: MappedIntake,
  inject: [EVENT_LOG, Inventory, CATALOGUE, NODE_KEYS, DeadLetters, CLOCK],
  useFactory: (
    log: EventLog,
    inventory: Inventory,
    catalogue: CatalogueFollower,
    keys: NodeKeyring,
    deadLetters: DeadLetters,
    clock: Clock,
  ) => new MappedIntake({ log, inventory, catalogue, keys, deadLetters, clock, mappings, newBootId }),
});

/** The machines' door: authenticate, check, append. */
export const gateway: Role = {
  name: 'gateway',
  module: (env): DynamicModule => ({
    module: GatewayModule,
    controllers: [
      TelemetryController,
      CommandsController,
      RegistryController,
      AlertmanagerController,
      PagerDutyEventsController,
      TicketsController,
    ],
    providers: [
      Gateway,
      {
        provide: Inventory,
        inject: [CATALOGUE, CLOCK],
        useFactory: (catalogue: CatalogueFollower, clock: Clock) => new Inventory(catalogue, clock),
      },
      {
        provide: Intake,
        inject: [EVENT_LOG, Inventory, NODE_KEYS, CLOCK],
        useFactory: (log: EventLog, inventory: Inventory, keys: NodeKeyring, clock: Clock) =>
          new Intake({ log, inventory, keys, clock }),
      },
      mappedIntake(readGatewaySettings(env)),
      {
        provide: ToldOnce,
        inject: [DATABASE, CLOCK],
        useFactory: (database: Database, clock: Clock) => new ToldOnce({ database, clock }),
      },
      {
        provide: DeadLetters,
        inject: [EVENT_LOG, CLOCK, LOGGER],
        useFactory: (log: EventLog, clock: Clock, logger: Logger) => new DeadLetters(log, clock, logger),
      },
      {
        provide: CommandBoard,
        inject: [EVENT_LOG, CLOCK, LOGGER],
        useFactory: (log: EventLog, clock: Clock, logger: Logger) => new CommandBoard(log, clock, logger),
      },
    ],
  }),
};
