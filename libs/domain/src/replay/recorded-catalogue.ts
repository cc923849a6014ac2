import type { EventOf, RecordedEvent } from '#contracts';
import { tickOf } from '../partition/tick-builder.js';
import type { Catalogue, CatalogueCustomer, CatalogueNode } from '../rule/catalogue.js';
import type { ZoneCatalogue } from '../window/slot-fold.js';

/** A registration and the tick from which on it holds. */
export interface Registration {
  readonly tick: number;
  readonly event: EventOf<'NodesRegistered' | 'CustomersRegistered'>;
}

/** The registrations among recorded events, in order. */
export const registrationsOf = (events: readonly RecordedEvent[]): readonly Registration[] =>
  events.flatMap(({ event, recordedAtMs }) =>
    event.type === 'NodesRegistered' || event.type === 'CustomersRegistered'
      ? [{ tick: tickOf(recordedAtMs), event }]
      : [],
  );

/** Zone names as batches carry them: lower case, no trailing dot. */
const zoneName = (zone: string): string => zone.toLowerCase().replace(/\.$/, '');

const byId = (a: string, b: string): number => (a < b ? -1 : 1);

/**
 * The catalogue as it was registered at a time, which only goes forward. Whoever reads at a pace of its own has one of its own. A
 * process of the fleet learns of a registration up to a quarter of a second later than here.
 */
export class RecordedCatalogue implements ZoneCatalogue {
  private readonly nodes = new Map<string, CatalogueNode>();
  private readonly customers = new Map<string, CatalogueCustomer & { readonly zones: readonly string[] }>();
  private readonly customerOfZone = new Map<string, string>();
  private next = 0;

  constructor(
    private readonly registrations: readonly Registration[],
    readonly zoneOf: (id: number) => string | undefined = () => undefined,
  ) {}

  /** Takes what was registered up to and on this tick; says whether anything was. */
  passTo(tick: number): boolean {
    const before = this.next;
    for (; (this.registrations[this.next]?.tick ?? Infinity) <= tick; this.next += 1)
      this.register(this.registrations[this.next]!.event);
    return this.next > before;
  }

  readonly version = (): number => this.next;

  readonly customerOf = (zone: string): string | undefined => this.customerOfZone.get(zone);

  /** As decisions know it: by id. */
  current(): Catalogue {
    return {
      nodes: [...this.nodes.values()].toSorted((a, b) => byId(a.nodeId, b.nodeId)),
      customers: [...this.customers.values()].toSorted((a, b) => byId(a.customerId, b.customerId)),
    };
  }

  /** Registering a customer again replaces its zones; a zone has one customer, the last. */
  private register(event: Registration['event']): void {
    if (event.type === 'NodesRegistered') {
      for (const node of event.data.nodes) this.nodes.set(node.nodeId, node);
      return;
    }
    for (const { customerId } of event.data.customers)
      for (const zone of this.customers.get(customerId)?.zones ?? [])
        if (this.customerOfZone.get(zone) === customerId) this.customerOfZone.delete(zone);
    for (const customer of event.data.customers) {
      const zones = customer.zones.map(zoneName);
      this.customers.set(customer.customerId, { ...customer, zones });
      for (const zone of zones) this.customerOfZone.set(zone, customer.customerId);
    }
  }
}
