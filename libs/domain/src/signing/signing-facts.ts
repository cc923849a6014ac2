import type { Command, Event, EventData, EventType, SigningRefusal } from '#contracts';

/** Where a node stands, as the inventory says. */
export interface SigningNode {
  readonly nodeId: string;
  readonly pop: string;
}

/** What a signer knows when it looks at one command: read from the event store and from its own machine, from nobody who decides. */
export interface SigningFacts {
  /** Ms since the epoch, of the signer's clock. */
  readonly nowMs: number;
  /** Of the signer itself, its environment and its file; `detail` says which of them. */
  readonly ownSwitch: { readonly isOn: boolean; readonly detail: string };
  /** Events of the stream of the rollback, redirect, rollout or fallback that the command names. */
  readonly plan: readonly Event[];
  /** Events of stream `automation`. */
  readonly automation: readonly Event[];
  /** Events of the stream of the release that the command brings. */
  readonly target: readonly Event[];
  /** Events of the stream of the override that the plan names; none where it names none. */
  readonly override: readonly Event[];
  /** The highest generation of every command that was signed; 0 when none was. */
  readonly signedGeneration: number;
  /** The inventory. */
  readonly fleet: readonly SigningNode[];
}

/** Why a command is not signed. */
export interface SigningRefused {
  readonly code: SigningRefusal;
  /** In words, at most 500 characters. */
  readonly because: string;
}

/** What the events of a plan make of a command: what it must be, and what was found when it was decided. */
export interface PlannedCommand {
  /** Undefined where the plan names no service. */
  readonly service: string | undefined;
  readonly from: Command['from'] | undefined;
  readonly to: Command['to'] | undefined;
  /** Undefined where the plan numbers nothing. */
  readonly wave: number | undefined;
  /** In any order; undefined where the plan names nobody. */
  readonly audience: readonly string[] | undefined;
  readonly generation: number;
  readonly rails: EventData<'RollbackDecided'>['rails'];
  /** Who asked for it; undefined: nobody did. */
  readonly by: string | undefined;
}

/** Longest reason that an event takes. */
const BECAUSE_MAX = 500;

/** Makes a refusal. */
export const refused = (code: SigningRefusal, because: string): SigningRefused => ({
  code,
  because: because.slice(0, BECAUSE_MAX),
});

/** Tells a refusal from a plan. */
export const isRefused = (value: PlannedCommand | SigningRefused): value is SigningRefused => 'code' in value;

/** The data of every event of a type, in their order. */
export const dataOf = <T extends EventType>(events: readonly Event[], type: T): readonly EventData<T>[] =>
  events.flatMap((event) => (event.type === type ? [event.data as EventData<T>] : []));

/** Whether any event is of one of these types. */
export const hasAny = (events: readonly Event[], ...types: readonly EventType[]): boolean =>
  events.some(({ type }) => types.includes(type));
