/** `Queries` */
export const QUERIES = Symbol('Queries');
/** `AuditDoor` */
export const AUDIT = Symbol('AuditDoor');
/** `Backtests` */
export const BACKTESTS = Symbol('Backtests');
/** `Actions` */
export const ACTIONS = Symbol('Actions');
/** `EventFeed` */
export const EVENT_FEED = Symbol('EventFeed');
/** `Followers` */
export const FOLLOWERS = Symbol('Followers');
/** `SubscriptionDoor` */
export const SUBSCRIPTION_DOOR = Symbol('SubscriptionDoor');
/** `ReplyActs` */
export const REPLY_ACTS = Symbol('ReplyActs');
/** `ReplySettings` */
export const REPLY_SETTINGS = Symbol('ReplySettings');
/** `Loaders` */
export const LOADERS = Symbol('Loaders');
