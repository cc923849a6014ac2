import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DoorStep } from './door-step.js';

/** For whom a browser speaks to a name encrypted alone: a year, as browsers ask for. Not for names below it: those are not ours to bind. */
const HSTS = 'max-age=31536000';

/**
 * What stands on every answer, unless its route says otherwise: an answer is data, never a document that may load, run or be framed; where
 * it was asked from is told to nobody; nothing of it is kept by what lies between.
 */
const HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

/** The headers of every answer; beside a `publicUrl` of https also that it is never asked for unencrypted. */
export const securityHeaders = (publicUrl: URL | undefined): Readonly<Record<string, string>> =>
  publicUrl?.protocol === 'https:' ? { ...HEADERS, 'strict-transport-security': HSTS } : HEADERS;

/** Puts them on an answer before anything is looked at, so that refusals carry them too; a route may say another value. */
export const putSecurityHeaders = (publicUrl: URL | undefined): DoorStep => {
  const headers = securityHeaders(publicUrl);
  return (_request: FastifyRequest, reply: FastifyReply) => {
    void reply.headers(headers);
    return undefined;
  };
};
