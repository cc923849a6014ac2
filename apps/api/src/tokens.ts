/** `Queries` */
export const QUERIES = Symbol('Queries');
/** `Actions` */
export const ACTIONS = Symbol('Actions');
/** `EventFeed` */
export const EVENT_FEED = Symbol('EventFeed');
