import type { Completeness, OutcomeBatch } from '../outcome.js';
import type { BatchHeader } from './batch-header.js';
import type { Columns } from './columns.js';
import { ZoneDictionary, type ZoneNames } from './zone-dictionary.js';

const completenessOf = ({ completeness: wire }: BatchHeader): Completeness => ({
  observed: wire.observed,
  sampledOut: wire.sampled_out,
  droppedAgent: wire.dropped_agent,
  droppedSource: wire.dropped_source,
  serverQueries: wire.server_queries,
  unpairedQueries: wire.unpaired_queries,
  orphanResponses: wire.orphan_responses,
  malformed: wire.malformed,
});

/** A batch that was read from a wire. One class for all encodings, so that readers see one shape. */
export class DecodedBatch implements OutcomeBatch {
  readonly schema;
  readonly nodeId;
  readonly agentBootId;
  readonly seq;
  readonly serverBootId;
  readonly observerId;
  readonly published;
  readonly pop;
  readonly region;
  readonly softwareVersion;
  readonly configRev;
  readonly ring;
  readonly vantage;
  readonly t0Us;
  readonly completeness;
  readonly dtUs;
  readonly zoneIx;
  readonly latencyUs;
  readonly outcome;
  readonly qtype;
  readonly rcode;
  readonly transport;
  readonly flags;
  readonly weight;
  readonly zoneId;
  readonly qnameLen;
  declare readonly zones: readonly string[];
  /** Private, so that who copies a batch with other zones has a batch without a dictionary. */
  readonly #dictionary: ZoneDictionary | undefined;

  constructor(
    header: BatchHeader,
    zones: ZoneNames,
    columns: Columns,
    readonly n: number,
  ) {
    this.schema = header.schema;
    this.nodeId = header.node_id;
    this.agentBootId = header.agent_boot_id;
    this.seq = header.seq;
    this.serverBootId = header.server_boot_id;
    this.observerId = header.observer_id;
    this.published = header.published;
    this.pop = header.pop;
    this.region = header.region;
    this.softwareVersion = header.software_version;
    this.configRev = header.config_rev;
    this.ring = header.ring;
    this.vantage = header.vantage;
    this.t0Us = header.t0_us;
    this.completeness = completenessOf(header);
    this.dtUs = columns.dtUs;
    this.zoneIx = columns.zoneIx;
    this.latencyUs = columns.latencyUs;
    this.outcome = columns.outcome;
    this.qtype = columns.qtype;
    this.rcode = columns.rcode;
    this.transport = columns.transport;
    this.flags = columns.flags;
    this.weight = columns.weight;
    this.zoneId = columns.zoneId;
    this.qnameLen = columns.qnameLen;
    if (zones instanceof ZoneDictionary) {
      this.#dictionary = zones;
      Object.defineProperty(this, 'zones', DecodedBatch.namedLate);
    } else this.zones = zones;
  }

  /** Names of a dictionary are made when they are first asked for; most readers never do. */
  private static readonly namedLate = {
    enumerable: true,
    get(this: DecodedBatch): readonly string[] {
      return this.#dictionary?.names() ?? [];
    },
  };

  /** The dictionary of a batch that was read from bytes; undefined for any other, whose `zones` say the same. */
  static dictionaryOf(batch: OutcomeBatch): ZoneDictionary | undefined {
    return #dictionary in batch ? batch.#dictionary : undefined;
  }
}

/** The dictionary of a batch that was read from bytes; undefined for any other, whose `zones` say the same. */
export const dictionaryOf = (batch: OutcomeBatch): ZoneDictionary | undefined => DecodedBatch.dictionaryOf(batch);
