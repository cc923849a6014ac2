import { TICK_MS } from '#contracts';
import { createSlotFold, encodeTick, TickBuilder } from '#domain';
import { customerOfZone, FLEET, FleetStream, STREAM_START_MS } from './fleet-stream.js';

/** The sources of a fleet's ticks: its partitions. */
export const SOURCES = Array.from(
  { length: FLEET.partitions },
  (_, partition) => ({ topic: 'telemetry.outcomes', partition }) as const,
);
const START_TICK = STREAM_START_MS / TICK_MS;
/** As the aggregator opens them. */
const OPEN_SLOTS = 60;
const ZONES_MAX = 20_000;
/** An incident begins after 5 s of health, so that its windows are full when a long warm-up has passed. */
const INCIDENT_FROM_TICK = 5_000 / TICK_MS;
/** Shares that fail: of a healthy fleet, and of the nodes that an incident befell. */
const FAILING = { healthy: 0.003, incident: 0.77 } as const;

/** A fleet, for some time. */
export interface FleetTicksOptions {
  readonly outcomesPerS: number;
  readonly isIncident: boolean;
  readonly ticks: number;
}

/** Twelve partitions as the aggregator folds and tells them. */
class Aggregators {
  private readonly partitions;

  constructor(private readonly stream: FleetStream) {
    const customerOf = customerOfZone();
    this.partitions = SOURCES.map((source) => {
      const fold = createSlotFold({
        catalogue: { customerOf, version: () => 1 },
        openSlots: OPEN_SLOTS,
        zonesMax: ZONES_MAX,
      });
      return {
        fold,
        builder: new TickBuilder({ ...source, incarnation: 1 }, fold, { nextOffset: 0, lastTick: undefined }),
      };
    });
  }

  /** The records of one tick. */
  tick(index: number): readonly Uint8Array[] {
    const tick = START_TICK + index;
    const batches = this.stream.tick(index);
    return this.partitions.flatMap(({ fold, builder }, partition) => {
      batches[partition]!.forEach((batch, nth) => {
        builder.begin(index * FLEET.nodes + nth, tick);
        builder.see(batch, fold.fold(batch, tick * TICK_MS).watermarkUs);
      });
      const told = builder.closeBefore(tick + 1);
      if (index % 4 === 3) fold.takeDelta(() => undefined);
      return told.map(encodeTick);
    });
  }
}

/** The records of `slots` that a fleet makes, tick by tick. */
export function* fleetTicks({ outcomesPerS, isIncident, ticks }: FleetTicksOptions): Generator<readonly Uint8Array[]> {
  const incident = isIncident ? { fromTick: INCIDENT_FROM_TICK, failing: FAILING.incident } : undefined;
  const aggregators = new Aggregators(new FleetStream({ outcomesPerS, failing: FAILING.healthy, incident }));
  for (let index = 0; index < ticks; index += 1) yield aggregators.tick(index);
}
