export { type OutgoingRequest, post, redact } from './post.js';
export { addressOf, namesLoopback, refusalOfHost } from './receiver-address.js';
export { targetUrl } from './target-url.js';
