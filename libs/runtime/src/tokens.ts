/** Under what the parts of every process are injected: `@Inject(DATABASE) database: Database`. */
export const DATABASE = Symbol('Database');
/** `Database` for what people ask: a pool and a bound of its own. */
export const READ_DATABASE = Symbol('ReadDatabase');
/** `EventLog` */
export const EVENT_LOG = Symbol('EventLog');
/** `EventStore` */
export const EVENT_STORE = Symbol('EventStore');
/** `CatalogueFollower` */
export const CATALOGUE = Symbol('CatalogueFollower');
/** `Clock` */
export const CLOCK = Symbol('Clock');
/** `Logger` */
export const LOGGER = Symbol('Logger');
/** `Authenticator` */
export const AUTHENTICATOR = Symbol('Authenticator');
/** `NodeKeyring` */
export const NODE_KEYS = Symbol('NodeKeyring');
/** `Readiness` */
export const READINESS = Symbol('Readiness');
/** `Fatal`: tells that a part stopped for good; the process ends. */
export const FATAL = Symbol('Fatal');
/** `Notices`: what roles of one process tell each other of, beside their ticks. */
export const NOTICES = Symbol('Notices');
/** `LinkSettings`: what links in pages are signed with. */
export const LINKS = Symbol('LinkSettings');
/** `Meters`: what a process tells Prometheus of itself. */
export const METERS = Symbol('Meters');
/** `Rates`: who may send how much. */
export const RATES = Symbol('Rates');
/** `Traces`: spans, where a collector is set. */
export const TRACES = Symbol('Traces');
/** `DoorSettings`: whose pages may read answers. */
export const DOOR = Symbol('DoorSettings');
/** `SignInSettings`, or undefined: how people sign in to the console with the issuer of tokens. */
export const SIGN_IN = Symbol('SignInSettings');
