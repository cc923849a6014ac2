import { createHmac, timingSafeEqual } from 'node:crypto';
import { HEADER } from '#contracts';
import type { LogRecord } from '#event-log';

const digest = (nodeId: string, value: Uint8Array): Buffer =>
  createHmac('sha256', `key of ${nodeId}`).update(value).digest();

/** The tag of a value, as its sender puts it into the headers. */
export const tagOf = (nodeId: string, value: Uint8Array): string => digest(nodeId, value).toString('base64url');

/** Whether the record was made by the node that is its key: what authentication costs per batch. */
export const isAuthentic = ({ key, value, headers }: LogRecord): boolean => {
  const expected = digest(key ?? '', value);
  const tag = Buffer.from(headers[HEADER.tag] ?? '', 'base64url');
  return tag.length === expected.length && timingSafeEqual(tag, expected);
};
